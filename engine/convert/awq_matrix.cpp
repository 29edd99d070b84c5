#include "engine/convert/awq_matrix.h"

#include "engine/base/translatable.h"
#include "engine/quant/half.h"

#include <array>
#include <cmath>

namespace ponder {
namespace {

constexpr std::uint64_t kPacked = 8;                                          // numbers in a word
constexpr std::uint64_t kValues = 32, kBlockBytes = 20;                       // of Q4_1
constexpr std::array<unsigned, kPacked> kShifts{0, 16, 4, 20, 8, 24, 12, 28}; // of columns 0 to 7 of a word

std::string nameOf(const NamedTensor& tensor, const char* part) {
    constexpr std::string_view kEnd = "weight";
    return tensor.source.substr(0, tensor.source.size() - kEnd.size()) + part;
}

std::uint32_t wordAt(const SafetensorsTensor& tensor, std::uint64_t index) {
    std::uint32_t out;
    std::memcpy(&out, tensor.bytes.data() + index * sizeof out, sizeof out);
    return out;
}

Result<SafetensorsSet::Place> part(const SafetensorsSet& folder, const std::string& name,
                                   SafetensorsType type, const std::vector<std::uint64_t>& shape,
                                   const std::string& path) {
    const SafetensorsSet::Place place = folder.find(name);
    if (!place.tensor) return Error{ErrorCode::MissingTensor, path, name};
    if (place.tensor->type != type)
        return Error{ErrorCode::UnknownTensorType, place.file->path(),
                     name + ": " + std::string(safetensorsTypeName(place.tensor->type))};
    if (place.tensor->shape != shape)
        return Error{ErrorCode::BadTensor, place.file->path(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 has the shape %2 instead of %3"),
                            {name, shapeText(place.tensor->shape), shapeText(shape)}}};
    return place;
}

} // namespace

// Which number of which word of a row of words; and the same for its scale and zero.
struct AwqMatrix::Column {
    std::uint64_t index = 0, word = 0;
    unsigned shift = 0;

    explicit Column(std::uint64_t column)
        : index(column), word(column / kPacked), shift(kShifts[column % kPacked]) {}
    std::uint32_t numberIn(std::uint32_t packed) const { return packed >> shift & 15; }
};

bool AwqMatrix::isThere(const SafetensorsSet& folder, const NamedTensor& tensor) {
    return tensor.matrix && folder.find(nameOf(tensor, "qweight")).tensor;
}

Result<AwqMatrix> AwqMatrix::open(const SafetensorsSet& folder, const NamedTensor& tensor,
                                  const AwqFormat& format) {
    const std::uint64_t in = tensor.rowLength, out = tensor.rows, groups = in / format.groupSize;
    AwqMatrix matrix(tensor, format.groupSize);
    const SafetensorsSet::Place weights = folder.find(nameOf(tensor, "qweight"));
    const std::string path = weights.file ? weights.file->path() : std::string();
    if (in % format.groupSize != 0 || out % kPacked != 0)
        return Error{ErrorCode::CannotConvert, path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is \"%2\", which is not built in"),
                            {"group_size", std::to_string(format.groupSize)}}};
    const auto take = [&](SafetensorsSet::Place& place, const char* partName, SafetensorsType type,
                          std::uint64_t rows, std::uint64_t columns) -> Result<void> {
        const auto found = part(folder, nameOf(tensor, partName), type, {rows, columns}, path);
        if (!found) return found.error();
        place = *found;
        return {};
    };
    for (const Result<void>& done :
         {take(matrix.m_weights, "qweight", SafetensorsType::I32, in, out / kPacked),
          take(matrix.m_zeros, "qzeros", SafetensorsType::I32, groups, out / kPacked),
          take(matrix.m_scales, "scales", SafetensorsType::F16, groups, out)})
        if (!done) return done.error();
    return matrix;
}

std::vector<std::string> AwqMatrix::partNames(const NamedTensor& tensor) {
    return {nameOf(tensor, "qweight"), nameOf(tensor, "qzeros"), nameOf(tensor, "scales")};
}

// Blocks before rows: a line of memory holds words of 128 rows, which are used while it is near.
Result<void> AwqMatrix::read(std::uint64_t firstRow, std::span<std::byte> blocks) const {
    const std::uint64_t perRow = m_tensor->rowLength / kValues, rows = blocks.size() / (perRow * kBlockBytes);
    std::vector<Column> columns;
    columns.reserve(rows);
    for (std::uint64_t row = 0; row < rows; ++row)
        columns.emplace_back(m_tensor->sourceRow(firstRow + row));
    for (std::uint64_t block = 0; block < perRow; ++block)
        for (std::uint64_t row = 0; row < rows; ++row) {
            std::byte* out = blocks.data() + (row * perRow + block) * kBlockBytes;
            if (const Result<void> done = readBlock(columns[row], block, out); !done) return done;
        }
    if (firstRow + rows == m_tensor->rows) release();
    return {};
}

Result<void> AwqMatrix::readBlock(const Column& column, std::uint64_t block, std::byte* out) const {
    // Heads that change places are whole blocks long.
    const std::uint64_t first = m_tensor->valueOrder.sourceOf(block * kValues);
    const std::uint64_t words = m_tensor->rows / kPacked, group = first / m_group;
    const std::uint64_t scaleAt = group * m_tensor->rows + column.index;
    const float scale = loadHalf(m_scales.tensor->bytes.data() + scaleAt * sizeof(std::uint16_t));
    const std::uint32_t zero = column.numberIn(wordAt(*m_zeros.tensor, group * words + column.word));
    const float min = zero == 0 ? 0.0F : -static_cast<float>(zero) * scale;
    if (!std::isfinite(scale) || !std::isfinite(throughHalf(min)))
        return Error{ErrorCode::BadWeights, m_scales.file->path(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 has a value that is not a finite number"),
                            {nameOf(*m_tensor, "scales")}}};
    storeHalf(out, scale);
    storeHalf(out + 2, min);
    const auto number = [&](std::uint64_t value) {
        return column.numberIn(wordAt(*m_weights.tensor, (first + value) * words + column.word));
    };
    for (std::uint64_t j = 0; j < kValues / 2; ++j)
        out[4 + j] = static_cast<std::byte>(number(j) | number(j + kValues / 2) << 4);
    return {};
}

void AwqMatrix::release() const {
    for (const SafetensorsSet::Place& place : {m_weights, m_zeros, m_scales})
        place.file->release(place.tensor->bytes);
}

} // namespace ponder
