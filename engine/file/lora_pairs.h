// Brings the two factors of each pair together as a reader finds them, and checks them against each other.
//
// Owner: a reader of adapters. Thread: any. Errors: BadAdapter. Previous station: gguf_adapter.cpp,
// peft_adapter.cpp. Next station: lora_adapter.h.
#pragma once

#include "engine/file/lora_adapter.h"

#include <functional>
#include <map>
#include <optional>

namespace ponder {

class LoraPairs {
public:
    enum class End { A, B };

    explicit LoraPairs(std::string path) : m_path(std::move(path)) {}

    // The factor of a weight; each once.
    Result<void> add(const std::string& weight, End end, const LoraFactor& factor);
    // All pairs in the order of their names; `scale(weight, rank)` is asked for each.
    Result<std::vector<LoraPair>> finish(const std::function<double(const std::string&, double)>& scale);
    static std::uint64_t fingerprint(std::span<const LoraPair> pairs);

private:
    struct Halves {
        std::optional<LoraFactor> a, b;
    };
    Result<void> check(const LoraPair& pair) const;
    Error bad(const char* pattern, std::vector<std::string> arguments) const;

    std::string m_path;
    std::map<std::string, Halves> m_halves;
};

} // namespace ponder
