// Where tests find data: tests/data of the project, and the larger reference data beside the checkout, which
// may be absent. A test that needs the latter calls PONDER_NEEDS_REFERENCE first: it skips visibly.
#pragma once

#include <QDir>
#include <QtTest>

#include <filesystem>

namespace ponder::test {

inline std::filesystem::path dataDir() { return std::filesystem::path(PONDER_SOURCE_DIR) / "tests/data"; }

inline std::filesystem::path referenceDir() {
    if (const QByteArray set = qgetenv("PONDER_REFERENCE_DIR"); !set.isEmpty()) return set.toStdString();
    return std::filesystem::path(PONDER_SOURCE_DIR) / "../shared/reference";
}

inline bool hasReference() { return std::filesystem::exists(referenceDir() / "README.md"); }

} // namespace ponder::test

#define PONDER_NEEDS_REFERENCE()                                                                             \
    do {                                                                                                     \
        if (!ponder::test::hasReference())                                                                   \
            QSKIP("the reference data is not beside this checkout (set PONDER_REFERENCE_DIR)");              \
    } while (false)
