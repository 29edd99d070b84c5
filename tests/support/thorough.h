// Whether a test tries every combination. Each kernel that a software device compiles takes up to a second,
// so the fast tests let types, columns, caches and load paths meet in pairs; the slow ones run the same
// classes once more with PONDER_THOROUGH set.
#pragma once

#include <QtGlobal>

namespace ponder::test {

inline bool isThorough() { return qEnvironmentVariableIsSet("PONDER_THOROUGH"); }

} // namespace ponder::test
