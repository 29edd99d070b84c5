#include "engine/file/fingerprint.h"

#include "engine/base/checksum.h"

#include <algorithm>
#include <type_traits>

namespace ponder {
namespace {

constexpr std::size_t kSample = 64; // bytes of every tensor

void addNumber(Checksum& sum, const auto& value) { sum.add(std::as_bytes(std::span(&value, 1))); }

void addText(Checksum& sum, std::string_view text) {
    addNumber(sum, std::uint64_t{text.size()});
    sum.add(std::as_bytes(std::span(text)));
}

void addValue(Checksum& sum, const MetadataValue& value) {
    addNumber(sum, std::uint64_t{value.index()});
    std::visit(
        [&](const auto& held) {
            using T = std::decay_t<decltype(held)>;
            if constexpr (std::is_arithmetic_v<T>) {
                addNumber(sum, held);
            } else if constexpr (std::is_same_v<T, std::string_view>) {
                addText(sum, held);
            } else if constexpr (std::is_same_v<T, std::vector<std::string_view>>) {
                for (const std::string_view text : held)
                    addText(sum, text);
            } else {
                sum.add(std::as_bytes(std::span(held)));
            }
        },
        value);
}

} // namespace

std::uint64_t fingerprint(const ModelFile& file) {
    Checksum sum;
    addNumber(sum, file.fileBytes());
    for (const auto& [key, value] : file.metadata().all()) {
        addText(sum, key);
        addValue(sum, value);
    }
    for (const TensorInfo& tensor : file.tensors()) {
        addText(sum, tensor.name);
        addNumber(sum, tensor.shape);
        addNumber(sum, tensor.type);
        sum.add(tensor.bytes.subspan(tensor.bytes.size() / 2)
                    .first(std::min(kSample, tensor.bytes.size() - tensor.bytes.size() / 2)));
    }
    return sum.value();
}

} // namespace ponder
