// llama.cpp as the shared libraries of node-llama-cpp carry it, called without JavaScript.
//
// JavaScript costs node-llama-cpp up to half of the speed of a small model, so that it would be no peer. The
// libraries are opened at run time from the folder that npm filled; nothing of theirs is in this repository.
// Their two parameter structures are given and taken by value and come without a header, so that the few
// fields that are set here are found by offset, and open() refuses a library whose defaults are not where
// they are expected: another version is then an error, not a wrong figure.
//
// Owner: plain value; the libraries stay open until the process ends. Thread: one. Errors: an empty optional,
// and a line on standard error. Next station: llama_driver.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

namespace peer {

// A structure of unknown length that is passed by value. Both are below 200 bytes; what is more is not read.
struct Parameters {
    std::array<std::byte, 512> bytes{};

    template<class T>
    T get(std::size_t offset) const {
        T out;
        std::memcpy(&out, bytes.data() + offset, sizeof out);
        return out;
    }
    template<class T>
    void set(std::size_t offset, T value) {
        std::memcpy(bytes.data() + offset, &value, sizeof value);
    }
};

// Offsets of the fields that are used.
namespace model_field {
inline constexpr std::size_t kDevices = 0; // array of devices that ends with a null pointer
inline constexpr std::size_t kGpuLayers = 16;
} // namespace model_field
namespace context_field {
inline constexpr std::size_t kTokens = 0;
inline constexpr std::size_t kBatch = 4;
inline constexpr std::size_t kMicroBatch = 8;
inline constexpr std::size_t kThreads = 28;
inline constexpr std::size_t kPromptThreads = 32;
inline constexpr std::size_t kKeyType = 104; // 1: f16
inline constexpr std::size_t kValueType = 108;
} // namespace context_field

// The tokens of one call; the library counts positions itself and gives logits for the last one.
struct TokenBatch {
    std::int32_t count;
    std::int32_t* tokens;
    void *embeddings, *positions, *sequenceCounts, *sequences, *wanted;
};

struct LlamaLibrary {
    struct Device;
    struct Model;
    struct Context;
    struct Memory;
    struct Vocabulary;

    static std::optional<LlamaLibrary> open(const std::string& folder);

    const char* (*version)() = nullptr;
    const char* (*systemInfo)() = nullptr;
    void (*setLog)(void (*)(int, const char*, void*), void*) = nullptr;
    void (*loadBackends)(const char* folder) = nullptr;
    std::size_t (*deviceCount)() = nullptr;
    Device* (*device)(std::size_t) = nullptr;
    const char* (*deviceName)(Device*) = nullptr;
    const char* (*deviceDescription)(Device*) = nullptr;
    int (*deviceType)(Device*) = nullptr; // 0: processor
    Parameters (*modelDefaults)() = nullptr;
    Parameters (*contextDefaults)() = nullptr;
    Model* (*loadModel)(const char* path, Parameters) = nullptr;
    Context* (*createContext)(Model*, Parameters) = nullptr;
    const Vocabulary* (*vocabulary)(const Model*) = nullptr;
    std::int32_t (*vocabularySize)(const Vocabulary*) = nullptr;
    Memory* (*memory)(const Context*) = nullptr;
    void (*clearMemory)(Memory*, bool data) = nullptr;
    bool (*removeTokens)(Memory*, std::int32_t sequence, std::int32_t first, std::int32_t end) = nullptr;
    std::int32_t (*decode)(Context*, TokenBatch) = nullptr;
    void (*synchronize)(Context*) = nullptr;
    const float* (*logits)(Context*, std::int32_t row) = nullptr; // -1: the last one

private:
    bool fits() const;
};

} // namespace peer
