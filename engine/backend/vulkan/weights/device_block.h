// Blocks of 32 weights of one row of a file, as a device wants them (plan/device_layout.h): whole small
// numbers and what their scales are made of.
//
// Takes a row as it is in the file, which outlives this; gives its blocks, best in order. Thread: one. Source
// of the file's blocks: the GGUF file format; quant/small_numbers.h. Next station: weight_layout.h.
#pragma once

#include "engine/quant/small_numbers.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace ponder {

struct DeviceBlock {
    std::array<std::uint8_t, 32> quants{};      // below 2^bits; with the planes' bits (Q8_0: signed)
    std::uint16_t d = 0, m = 0;                 // f16 bits; of the super-block where the type has one
    std::uint8_t firstScale = 0, nextScale = 0; // as ScaleKind says
};

class DeviceBlocks {
public:
    DeviceBlocks() = default;
    // type: not a float.
    DeviceBlocks(TensorType type, const std::byte* row);
    DeviceBlock at(std::uint32_t index);

private:
    DeviceBlock fromNumbers(std::uint32_t part) const;

    TensorType m_type = TensorType::Q4_0;
    TypeTraits m_traits{};
    const std::byte* m_row = nullptr;
    bool m_numbered = false; // made of small numbers
    std::size_t m_unpacked = SIZE_MAX;
    SmallNumbers m_numbers; // of the file's block number m_unpacked
};

} // namespace ponder
