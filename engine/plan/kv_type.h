// The number format of keys and values in a cache.
//
// A header of its own: the kernels that read caches take minutes to compile and need nothing else of
// backend.h. Next station: backend.h.
#pragma once

namespace ponder {

enum class KvType { F16, F32, Q8_0 };

} // namespace ponder
