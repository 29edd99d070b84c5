#include "engine/backend/cpu/small_number_packer.h"

#include "engine/backend/cpu/panel_lane.h"
#include "engine/quant/half.h"
#include "engine/quant/small_numbers.h"

#include <bit>

namespace ponder::cpu {
namespace {

// One block of 32 values and where its row's part of the unit is.
struct Place {
    const SmallNumbers& numbers;
    const Byte* file;   // the block in the file
    std::size_t inFile; // which 32 of that block
    std::size_t inUnit;
    std::size_t row;
    Byte* unit;

    void putD(std::size_t index) const {
        const std::uint16_t half = floatToHalf(numbers.d[2 * inFile]);
        std::memcpy(unit + index * kHalfLine + row * 2, &half, sizeof half);
    }
    // One of sixteen bytes beside each other.
    void putByte(std::size_t at, int byte) const { unit[at + row] = static_cast<Byte>(byte); }
    int whole(std::size_t half) const { return numbers.whole[2 * inFile + half]; }
    const Byte* index() const { return &numbers.index[32 * inFile]; }
};

// 1 where the shift of IQ1 goes upwards: the second half of the table.
int upwards(Byte index) { return index >= 3 ? 1 : 0; }

void putScales(TensorType type, const Place& place) {
    const std::size_t whole = kLine + place.inUnit * 16, wholes = kLine + place.inUnit * 32;
    switch (type) {
    case TensorType::IQ4_NL:
        return place.putD(place.inUnit);
    case TensorType::Q2_0:
        return place.putD(place.inUnit / 2);
    case TensorType::Q1_0:
        return place.putD(place.inUnit / 4);
    case TensorType::TQ1_0:
    case TensorType::TQ2_0:
        return place.putD(0);
    case TensorType::MXFP4: // the exponent of a power of two, as f32 has it
        return place.putByte(place.inUnit * 16,
                             static_cast<int>(std::bit_cast<std::uint32_t>(place.numbers.d[0]) >> 23));
    case TensorType::NVFP4:
        for (std::size_t half = 0; half < 2; ++half) {
            const int byte = place.file[2 * place.inFile + half] & 127;
            place.putByte(place.inUnit * 32 + half * 16,
                          place.numbers.d[2 * place.inFile + half] > 0 ? byte : 0);
        }
        return;
    case TensorType::IQ1_S:
        place.putD(0);
        return place.putByte(whole, place.whole(0) | (upwards(place.index()[0]) ? 7 : 9) << 4);
    case TensorType::IQ1_M:
        place.putD(0);
        for (std::size_t half = 0; half < 2; ++half) {
            const Byte* runs = place.index() + 16 * half;
            place.putByte(wholes + half * 16,
                          place.whole(half) | upwards(runs[0]) << 4 | upwards(runs[8]) << 5);
        }
        return;
    case TensorType::Q3_K:
    case TensorType::IQ2_S:
    case TensorType::IQ2_XS:
        place.putD(0);
        place.putByte(wholes, place.whole(0));
        return place.putByte(wholes + 16, place.whole(1));
    default: // IQ4_XS, IQ3_S, IQ3_XXS, IQ2_XXS
        place.putD(0);
        return place.putByte(whole, place.whole(0));
    }
}

void putIndices(const PanelLayout& layout, const Place& place) {
    const Lane lane{place.unit + layout.headBytes + place.inUnit * layout.blockBytes, place.row};
    const Byte* index = place.index();
    std::array<Byte, 32> digits; // IQ1: without the shift
    if (layout.type == TensorType::IQ1_S || layout.type == TensorType::IQ1_M) {
        for (std::size_t i = 0; i < 32; ++i)
            digits[i] = static_cast<Byte>(index[i] - 3 * upwards(index[i]));
        index = digits.data();
    }
    switch (layout.blockBytes) {
    case 4 * kLine:
        return putNibbles(lane, 0, index);
    case 3 * kLine:
        return putTriples(lane, index);
    case 2 * kLine:
        return putPairs(lane, 0, index);
    default:
        return putBits(lane, index);
    }
}

} // namespace

void packSmallNumbers(const PanelLayout& layout, const std::uint8_t* source, std::size_t row,
                      std::uint8_t* panel) {
    const auto traits = typeTraits(layout.type);
    const std::size_t inFile = traits->blockValues / 32;
    SmallNumbers numbers;
    for (std::size_t block = 0; block < layout.blocks; ++block) {
        const Byte* file = source + block / inFile * traits->blockBytes;
        if (block % inFile == 0) unpackBlock(layout.type, reinterpret_cast<const std::byte*>(file), numbers);
        const Place place{numbers,
                          file,
                          block % inFile,
                          block % layout.blocksPerUnit,
                          row,
                          panel + block / layout.blocksPerUnit * layout.unitBytes()};
        putScales(layout.type, place);
        putIndices(layout, place);
    }
}

} // namespace ponder::cpu
