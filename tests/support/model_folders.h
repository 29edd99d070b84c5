// The model folders of tests/data/huggingface, and copies of them that a test may change.
#pragma once

#include "tests/support/reference_data.h"

#include <QTemporaryDir>

#include <fstream>
#include <iterator>
#include <string>

namespace ponder::test {

inline constexpr const char* kModelFolders[] = {"qwen2-bf16", "llama-f16-sharded", "llama-f32-pieces"};

inline std::filesystem::path modelFolder(const std::string& name) { return dataDir() / "huggingface" / name; }

inline std::string textOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

// A copy of one of them in a folder of its own, gone with it.
class FolderCopy {
public:
    explicit FolderCopy(const std::string& name) {
        std::filesystem::copy(modelFolder(name), path(), std::filesystem::copy_options::recursive);
    }
    std::filesystem::path path() const { return m_folder.path().toStdString() + "/model"; }
    void put(const char* file, std::string_view text) const { write(path() / file, text); }
    // Replaces the first `from` in a file; the test fails where it is not there.
    void replace(const char* file, std::string_view from, std::string_view to) const {
        std::string text = textOf(path() / file);
        const std::size_t at = text.find(from);
        if (at == std::string::npos)
            return QTest::qFail("the text to replace is not there", __FILE__, __LINE__);
        put(file, text.replace(at, from.size(), to));
    }

private:
    QTemporaryDir m_folder;
};

} // namespace ponder::test
