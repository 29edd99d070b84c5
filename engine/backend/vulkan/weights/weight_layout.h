// Rearranges GGUF rows into the device's layout (plan/device_layout.h), without loss.
//
// Takes the rows of some whole groups (all that lie together) as they are in the file; writes their share of
// the three regions, which the caller places. Owner: the caller's memory on both sides. Thread: any. Errors:
// none (file/ has checked the sizes). Next station: weight_store.h.
#pragma once

#include "engine/plan/device_layout.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace ponder {

// Where the share of some groups goes; each at least as long as groups times the layout says.
struct RegionWriters {
    std::byte* quants = nullptr;
    std::byte* planes = nullptr;
    std::byte* scales = nullptr;
};

// rows: `count` rows as in the file, one after the other; the last groups are padded with zeros. factors:
// what each row is multiplied by, for ScaleKind::SmallFloat only (a file may have them in a tensor of their
// own); none: 1.
void rearrange(const DeviceLayout& layout, std::span<const std::byte> rows, std::uint64_t count,
               const RegionWriters& out, std::span<const float> factors = {});

} // namespace ponder
