#include "engine/file/gguf_bytes.h"

namespace ponder {

GgufBytes& GgufBytes::raw(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes.insert(bytes.end(), first, first + size);
    return *this;
}

GgufBytes& GgufBytes::value(std::string_view text) {
    return value(std::uint64_t{text.size()}).raw(text.data(), text.size());
}

void GgufBytes::padTo(std::uint64_t alignment) {
    while (bytes.size() % alignment != 0)
        bytes.push_back(std::byte{0});
}

} // namespace ponder
