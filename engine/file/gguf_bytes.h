// Bytes that grow by values, as the header of a GGUF file writes them.
//
// Thread: one. Source: the GGUF file format, value types 0..12. Next station: gguf_output.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ponder {

// The number by which GGUF marks the type of a value.
template<class T>
constexpr std::uint32_t kGgufType = 8; // text
template<>
inline constexpr std::uint32_t kGgufType<std::uint8_t> = 0;
template<>
inline constexpr std::uint32_t kGgufType<std::int8_t> = 1;
template<>
inline constexpr std::uint32_t kGgufType<std::uint16_t> = 2;
template<>
inline constexpr std::uint32_t kGgufType<std::int16_t> = 3;
template<>
inline constexpr std::uint32_t kGgufType<std::uint32_t> = 4;
template<>
inline constexpr std::uint32_t kGgufType<std::int32_t> = 5;
template<>
inline constexpr std::uint32_t kGgufType<float> = 6;
template<>
inline constexpr std::uint32_t kGgufType<bool> = 7;
inline constexpr std::uint32_t kGgufArray = 9;
template<>
inline constexpr std::uint32_t kGgufType<std::uint64_t> = 10;
template<>
inline constexpr std::uint32_t kGgufType<std::int64_t> = 11;
template<>
inline constexpr std::uint32_t kGgufType<double> = 12;

// Text is written with its length first.
class GgufBytes {
public:
    GgufBytes& raw(const void* data, std::size_t size);
    template<class T>
    requires std::is_arithmetic_v<T> GgufBytes& value(const T& number) { return raw(&number, sizeof number); }
    GgufBytes& value(bool flag) { return value(static_cast<std::uint8_t>(flag)); }
    GgufBytes& value(std::string_view text);
    GgufBytes& value(const std::string& text) { return value(std::string_view(text)); }
    GgufBytes& value(const char* text) { return value(std::string_view(text)); }
    template<class T>
    GgufBytes& array(const std::vector<T>& values) {
        value(kGgufType<T>).value(std::uint64_t{values.size()});
        for (const auto& one : values)
            value(one);
        return *this;
    }
    void padTo(std::uint64_t alignment);

    std::vector<std::byte> bytes;
};

} // namespace ponder
