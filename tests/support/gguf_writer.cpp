#include "tests/support/gguf_writer.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace ponder::test {

GgufWriter& GgufWriter::setRaw(std::string name, std::uint32_t type, std::vector<std::byte> value) {
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const WriterKey& key) { return key.name == name; });
    if (found != keys.end())
        *found = {std::move(name), type, std::move(value)};
    else
        keys.push_back({std::move(name), type, std::move(value)});
    return *this;
}

GgufWriter& GgufWriter::remove(std::string_view name) {
    std::erase_if(keys, [&](const WriterKey& key) { return key.name == name; });
    return *this;
}

GgufWriter& GgufWriter::tensor(std::string name, std::vector<std::uint64_t> shape, TensorType type) {
    const TypeTraits traits = *typeTraits(type);
    std::uint64_t values = 1;
    for (const std::uint64_t extent : shape)
        values *= extent;
    tensors.push_back({.name = std::move(name),
                       .shape = std::move(shape),
                       .type = static_cast<std::uint32_t>(type),
                       .data = std::vector<std::byte>(values / traits.blockValues * traits.blockBytes)});
    return *this;
}

GgufWriter& GgufWriter::tensor(std::string name, std::vector<std::uint64_t> shape,
                               const std::vector<float>& values) {
    tensors.push_back({.name = std::move(name),
                       .shape = std::move(shape),
                       .type = static_cast<std::uint32_t>(TensorType::F32),
                       .data = ByteSink().raw(values.data(), values.size() * sizeof(float)).bytes});
    return *this;
}

GgufWriter& GgufWriter::removeTensor(std::string_view name) {
    std::erase_if(tensors, [&](const WriterTensor& tensor) { return tensor.name == name; });
    return *this;
}

WriterTensor& GgufWriter::at(std::string_view name) {
    return *std::find_if(tensors.begin(), tensors.end(),
                         [&](const WriterTensor& tensor) { return tensor.name == name; });
}

std::vector<std::byte> GgufWriter::bytes() const {
    ByteSink file, data;
    file.raw(magic.data(), magic.size()).value(version);
    file.value(tensorCount.value_or(tensors.size())).value(keyCount.value_or(keys.size()));
    for (const WriterKey& key : keys)
        file.value(key.name).value(key.type).raw(key.value.data(), key.value.size());
    for (const WriterTensor& tensor : tensors) {
        data.padTo(alignment);
        const auto dimensions = static_cast<std::uint32_t>(tensor.shape.size());
        file.value(tensor.name).value(tensor.dimensions.value_or(dimensions));
        for (const std::uint64_t extent : tensor.shape)
            file.value(extent);
        file.value(tensor.type).value(tensor.offset.value_or(data.bytes.size()));
        data.raw(tensor.data.data(), tensor.data.size());
    }
    if (!tensors.empty()) file.padTo(alignment);
    return file.raw(data.bytes.data(), data.bytes.size()).bytes;
}

void GgufWriter::save(const std::filesystem::path& path) const { saveBytes(path, bytes()); }

std::vector<GgufWriter> GgufWriter::split(std::size_t count) const {
    std::vector<GgufWriter> parts(count);
    parts.front().keys = keys;
    for (std::size_t part = 0; part < count; ++part) {
        parts[part].set("split.no", static_cast<std::uint16_t>(part));
        parts[part].set("split.count", static_cast<std::uint16_t>(count));
        parts[part].set("split.tensors.count", static_cast<std::int32_t>(tensors.size()));
    }
    for (std::size_t i = 0; i < tensors.size(); ++i)
        parts[i * count / tensors.size()].tensors.push_back(tensors[i]);
    return parts;
}

std::vector<std::filesystem::path> GgufWriter::saveSplit(const std::filesystem::path& folder,
                                                         const std::string& stem, std::size_t count) const {
    std::vector<std::filesystem::path> paths;
    for (const GgufWriter& part : split(count)) {
        char tail[64];
        std::snprintf(tail, sizeof tail, "-%05zu-of-%05zu.gguf", paths.size() + 1, count);
        paths.push_back(folder / (stem + tail));
        part.save(paths.back());
    }
    return paths;
}

void saveBytes(const std::filesystem::path& path, const std::vector<std::byte>& bytes) {
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

} // namespace ponder::test
