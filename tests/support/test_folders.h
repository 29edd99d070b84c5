// Where this checkout and its build folder are: the one place that knows, so that the object files of all
// other tests are the same in every checkout and a compiler cache finds them again. Owner: the caller.
// Threads: any.
#pragma once

#include <QString>

#include <filesystem>

namespace ponder::test {

std::filesystem::path sourceDir();
std::filesystem::path buildDir();

// A file of the checkout or of the build folder by its path there, such as "tests/data/lora/style.gguf".
QString sourcePath(const char* relative);
QString buildPath(const char* relative);

} // namespace ponder::test
