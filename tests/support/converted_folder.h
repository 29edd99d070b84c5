// The file that a folder of weights becomes, for tests of what is in it.
#pragma once

#include "engine/convert/conversion.h"
#include "engine/file/model_file.h"

namespace ponder::test {

// Beside the folder's own files; the error is that of preparing, running or opening.
inline Result<std::unique_ptr<ModelFile>> convertedFolder(const std::filesystem::path& folder,
                                                          FileType type) {
    const std::filesystem::path target = folder / "out.gguf";
    Result<Conversion> conversion = Conversion::prepare(folder, target, type);
    if (!conversion) return conversion.error();
    ThreadPool pool(2);
    const auto done = conversion->run(pool, {}, [](const ConversionProgress&) {});
    if (!done) return done.error();
    return ModelFile::open(target);
}

} // namespace ponder::test
