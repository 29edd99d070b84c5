#include "engine/convert/row_reader.h"

#include <algorithm>
#include <cmath>

namespace ponder {
namespace {

Result<void> readRun(const SafetensorsSet::Place& place, std::uint64_t first, std::span<float> values) {
    const Result<void> done = readFloats(*place.tensor, first, values, place.file->path());
    const std::uint64_t size = safetensorsTypeBytes(place.tensor->type);
    if (done) place.file->release(place.tensor->bytes.subspan(first * size, values.size() * size));
    return done;
}

} // namespace

Result<void> RowReader::operator()(std::uint64_t firstRow, std::span<float> values) const {
    const std::uint64_t length = m_tensor.rowLength, each = m_tensor.eachRows();
    std::uint64_t run = 0;
    for (std::uint64_t row = firstRow; !values.empty(); row += run, values = values.subspan(run * length)) {
        run = std::min(values.size() / length, m_tensor.rowsTogether(row));
        const auto& place = m_places[m_places.size() > 1 ? row / each : 0];
        const auto some = values.first(run * length);
        const Result<void> done = m_tensor.transposed
                                      ? readColumns(place, row, some)
                                      : readRun(place, m_tensor.sourceRow(row) * length, some);
        if (!done) return done;
        reorder(some);
        change(some);
    }
    return {};
}

// Rows of a matrix whose columns they are in the folder.
Result<void> RowReader::readColumns(const SafetensorsSet::Place& place, std::uint64_t row,
                                    std::span<float> values) const {
    const std::uint64_t length = m_tensor.rowLength, each = m_tensor.eachRows();
    std::vector<float> block(length * each);
    if (const auto done = readRun(place, m_tensor.sourceRow(row) * each, block); !done) return done;
    for (std::uint64_t i = 0; i < values.size() / length; ++i)
        for (std::uint64_t j = 0; j < length; ++j)
            values[i * length + j] = block[j * each + row % each + i];
    return {};
}

void RowReader::reorder(std::span<float> values) const {
    if (m_tensor.valueOrder.each == 0) return;
    const std::uint64_t length = m_tensor.rowLength;
    std::vector<float> row(length);
    for (; !values.empty(); values = values.subspan(length)) {
        std::copy_n(values.begin(), length, row.begin());
        for (std::uint64_t i = 0; i < length; ++i)
            values[i] = row[m_tensor.valueOrder.sourceOf(i)];
    }
}

void RowReader::change(std::span<float> values) const {
    if (m_tensor.change == NamedTensor::Change::PlusOne)
        for (float& value : values)
            value += 1;
    if (m_tensor.change == NamedTensor::Change::MinusExponential)
        for (float& value : values)
            value = -std::exp(value);
}

} // namespace ponder
