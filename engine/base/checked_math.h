// Sums and products of numbers that came from a file: nothing where they do not fit 64 bits.
//
// Owner: none. Thread: any. Next station: file/ (offsets and sizes).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace ponder {

constexpr std::optional<std::uint64_t> checkedAdd(std::uint64_t a, std::uint64_t b) {
    if (a > std::numeric_limits<std::uint64_t>::max() - b) return std::nullopt;
    return a + b;
}

constexpr std::optional<std::uint64_t> checkedMultiply(std::uint64_t a, std::uint64_t b) {
    if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b) return std::nullopt;
    return a * b;
}

// The next multiple of `alignment`, which is a power of two.
constexpr std::optional<std::uint64_t> checkedAlign(std::uint64_t value, std::uint64_t alignment) {
    const auto raised = checkedAdd(value, alignment - 1);
    if (!raised) return std::nullopt;
    return *raised & ~(alignment - 1);
}

} // namespace ponder
