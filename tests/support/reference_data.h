// Where tests find data: tests/data of the project, and the larger reference data beside the checkout, which
// may be absent. A test that needs the latter calls PONDER_NEEDS_REFERENCE first: it skips visibly.
#pragma once

#include "tests/support/test_folders.h"

#include <QDir>
#include <QTest>

#include <filesystem>

namespace ponder::test {

inline std::filesystem::path dataDir() { return sourceDir() / "tests/data"; }

inline std::filesystem::path referenceDir() {
    if (const QByteArray set = qgetenv("PONDER_REFERENCE_DIR"); !set.isEmpty()) return set.toStdString();
    return sourceDir() / "../shared/reference";
}

inline bool hasReference() { return std::filesystem::exists(referenceDir() / "README.md"); }

// Where tests/tools/fetch_models.sh puts the real models; ./dev test fetches SmolLM2, ./dev test --slow all.
inline std::filesystem::path modelFile(const char* name) {
    if (const QByteArray set = qgetenv("PONDER_MODELS_DIR"); !set.isEmpty())
        return std::filesystem::path(set.toStdString()) / name;
    const QByteArray cache = qgetenv("XDG_CACHE_HOME");
    return std::filesystem::path(
               (cache.isEmpty() ? QDir::homePath() + "/.cache" : QString::fromUtf8(cache)).toStdString()) /
           "ponder/models" / name;
}
inline std::filesystem::path smolLm2() { return modelFile("SmolLM2-135M-Instruct.Q4_1.gguf"); }

} // namespace ponder::test

#define PONDER_NEEDS_REFERENCE()                                                                             \
    do {                                                                                                     \
        if (!ponder::test::hasReference())                                                                   \
            QSKIP("the reference data is not beside this checkout (set PONDER_REFERENCE_DIR)");              \
    } while (false)

#define PONDER_NEEDS_MODEL(path)                                                                             \
    do {                                                                                                     \
        if (!std::filesystem::exists(path))                                                                  \
            QSKIP("the model is not here: run tests/tools/fetch_models.sh (or set PONDER_MODELS_DIR)");      \
    } while (false)
