// The words after llama_driver, checked.
//
// Owner: plain value. Errors: nothing, where a word is unknown or a number is none. Next station: the driver.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace peer {

struct DriverArguments {
    std::string libraries, model, device; // device: "cpu", or part of a GPU's description
    std::uint32_t threads = 1;
    std::vector<std::int32_t> ids{1};
    std::vector<std::uint32_t> prefill; // lengths of prompts
    std::vector<std::uint32_t> depths;  // tokens in the cache before decoding
    std::uint32_t first = 0;   // length of the prompt for the time to the first token; 0: not measured
    std::uint32_t decode = 0;  // tokens to decode at each depth
    std::uint32_t context = 0; // 0: what the above needs
    std::string logits;        // the file for the logits behind every id, or none

    static std::optional<DriverArguments> parse(const std::vector<std::string>& words);
    std::uint32_t contextTokens() const;
};

} // namespace peer
