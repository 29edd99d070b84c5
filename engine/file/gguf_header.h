// The header of one GGUF file: metadata and the table of its tensors as they are written there.
//
// Takes the bytes of a file; gives what they say, with every read checked against their end. Offsets and
// shapes are not yet judged (tensor_table.h does that).
//
// Owner: plain value; its text borrows the bytes. Thread: any. Errors: NotAModelFile, UnsupportedVersion,
// FileTruncated, BadMetadata, BadTensor. Source: the GGUF file format, versions 2 and 3.
// Next station: tensor_table.h.
#pragma once

#include "engine/base/result.h"
#include "engine/file/metadata.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ponder {

struct GgufTensor {
    std::string_view name;
    std::array<std::uint64_t, 4> shape{1, 1, 1, 1};
    std::uint32_t dimensions = 0;
    std::uint32_t type = 0;   // as in the file, maybe unknown
    std::uint64_t offset = 0; // from dataStart
};

struct GgufHeader {
    std::uint32_t version = 0;
    Metadata metadata;
    std::vector<RawKey> rawKeys; // in the order of the file
    std::vector<GgufTensor> tensors;
    std::uint64_t alignment = 32; // of tensor offsets; a power of two
    std::uint64_t dataStart = 0;  // may lie beyond the end of a file without tensors
};

Result<GgufHeader> parseGgufHeader(std::span<const std::byte> bytes, const std::string& path);

} // namespace ponder
