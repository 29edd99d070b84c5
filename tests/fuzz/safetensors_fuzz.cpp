// Any bytes as a safetensors file: it opens or gives an error, and what opened can be read without harm.
#include "engine/file/safetensors.h"

#include <cstdlib>

using namespace ponder;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

// Touches the first and the last value, so that the sanitizers see every byte range that was promised.
void useTensor(const SafetensorsFile& file, const SafetensorsTensor& tensor) {
    require(file.find(tensor.name) == &tensor);
    require(tensor.values() * safetensorsTypeBytes(tensor.type) == tensor.bytes.size());
    if (tensor.values() == 0) return;
    float value = 0;
    for (const std::uint64_t place : {std::uint64_t{0}, tensor.values() - 1})
        if (const auto read = readFloats(tensor, place, {&value, 1}, file.path()); !read)
            require(read.error().code == ErrorCode::UnknownTensorType);
    require(!readFloats(tensor, tensor.values(), {&value, 1}, file.path()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto file = SafetensorsFile::fromBytes(bytes, "fuzz.safetensors");
    if (!file) {
        require(!file.error().message().empty() && file.error().subject == "fuzz.safetensors");
        return 0;
    }
    std::uint64_t promised = 0;
    for (const SafetensorsTensor& tensor : file->tensors()) {
        useTensor(*file, tensor);
        promised += tensor.bytes.size();
    }
    require(promised < size);
    return 0;
}
