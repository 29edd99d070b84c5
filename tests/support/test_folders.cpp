#include "tests/support/test_folders.h"

namespace ponder::test {

std::filesystem::path sourceDir() { return PONDER_SOURCE_DIR; }
std::filesystem::path buildDir() { return PONDER_BINARY_DIR; }

QString sourcePath(const char* relative) {
    return QStringLiteral(PONDER_SOURCE_DIR "/") + QString::fromUtf8(relative);
}

QString buildPath(const char* relative) {
    return QStringLiteral(PONDER_BINARY_DIR "/") + QString::fromUtf8(relative);
}

} // namespace ponder::test
