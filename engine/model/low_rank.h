// What all adapters of a set add to one weight W [rows x length]: B (s ⊙ (A x)) beside W x.
//
// The factors of several adapters stand one after the other: A has the rows of all of them, B their columns,
// and s one number for each, strength times scale. So they cost two products however many there are, and
// another strength changes s alone. The token embedding is looked up instead: there A [rows x rank] has a row
// for every token, and a token's row of W gets B (s ⊙ row of A).
//
// Owner: AdapterSet; the factors belong to the adapters' files. Thread: any. Errors: none (AdapterSet has
// checked the shapes). Source: Hu et al. 2021 (LoRA). Next station: a backend, which lays the matrices out.
#pragma once

#include "engine/file/lora_adapter.h"

namespace ponder {

// A matrix made for a backend to lay out, in one of the float types.
struct StackedMatrix {
    TensorType type = TensorType::F32;
    std::uint64_t rowLength = 0, rows = 0;
    std::vector<std::byte> bytes;

    TensorInfo info(std::string_view name = {}) const;
};

struct LowRank {
    struct Part {
        const LoraPair* pair = nullptr;
        float strength = 0;
        std::uint32_t headSize = 0; // of rows that must be brought into the order of Llama's GGUF files, or 0
    };

    std::vector<Part> parts; // none: the weight stays as it is
    std::uint64_t rows = 0, length = 0;
    bool table = false;

    explicit operator bool() const { return !parts.empty(); }
    std::uint32_t rank() const; // of all parts
    // Zeros follow up to whole blocks of 32, as every backend reads them.
    std::uint32_t paddedRank() const { return (rank() + 31) / 32 * 32; }
    std::vector<float> scales() const; // s [paddedRank]

    StackedMatrix downShape() const; // without bytes
    StackedMatrix upShape() const;
    StackedMatrix down() const; // A [rank x length]; of a table [rows x paddedRank]
    StackedMatrix up() const;   // B [rows x paddedRank]; of a table [length x paddedRank]
};

} // namespace ponder
