// Measures a loaded model: reading prompts, the first token, writing at a depth, and what the kernels cost.
//
// Takes a model with its session and the tokens of the prompts; gives figures with every round's value. What
// the tokens say does not matter for speed, but the same tokens make two programs comparable. Owner: the
// bench subcommand. Thread: main. Errors: those of the session; Cancelled. Next station: bench_command.cpp.
#pragma once

#include "app/cli/run_model.h"

#include <array>

namespace ponder {

// One thing that was measured, once a round.
struct Figure {
    enum class What { Prefill, FirstToken, Decode };
    What what = What::Prefill;
    std::uint32_t tokens = 0;    // of the prompt; of the reply where that is measured
    std::uint32_t depth = 0;     // tokens in the cache before
    std::uint32_t sequences = 1; // replies side by side; the speed is that of all together
    std::vector<double> values;  // tokens a second; seconds for the first token

    double median() const;
    double smallest() const { return *std::min_element(values.begin(), values.end()); }
    double largest() const { return *std::max_element(values.begin(), values.end()); }
};

// A round with the kernels' times taken, which slows it down.
struct Profile {
    std::vector<KernelTime> kernels; // dearest first
    double seconds = 0;              // of the whole round
    double outsideKernels() const;   // seconds: commands sent and waited for, work of the host
};

class SpeedBench {
public:
    using OnRound = std::function<void(const Figure& soFar)>;

    // `ids`: the tokens of every prompt from its start, repeated as needed; empty: ordinary ones at random.
    SpeedBench(const RunModel& loaded, std::vector<TokenId> ids, std::uint32_t rounds, std::stop_token stop);

    // Not in any figure: pages are touched, threads woken, kernels compiled.
    Result<void> warmUp();
    // Prefill and first token of prompts of this length, each from an empty cache.
    Result<std::array<Figure, 2>> prefill(std::uint32_t tokens, const OnRound& onRound);
    // The prompt of `depth` tokens is read once; every round writes `tokens` after it.
    Result<Figure> decode(std::uint32_t tokens, std::uint32_t depth, const OnRound& onRound);
    // The same with several replies that share the prompt.
    Result<Figure> decodeMany(std::uint32_t tokens, std::uint32_t depth, std::uint32_t sequences,
                              const OnRound& onRound);

    // What each kernel cost: reading that many tokens, writing that many.
    Result<Profile> profilePrefill(std::uint32_t tokens);
    Result<Profile> profileDecode(std::uint32_t tokens, std::uint32_t depth);
    Result<Profile> profileDecodeMany(std::uint32_t tokens, std::uint32_t depth, std::uint32_t sequences);

private:
    std::vector<TokenId> prompt(std::uint32_t tokens) const;
    Result<GenerateResult> generate(std::uint32_t prompt, std::uint32_t reply);
    // Of what `run` does, which gives a Result.
    template<class Run>
    Result<Profile> profiled(Run&& run);

    const RunModel& m_loaded;
    std::vector<TokenId> m_ids;
    std::uint32_t m_rounds;
    std::stop_token m_stop;
};

// Weights that one step of decoding reads: all, but of an embedding that is not the output as well only a
// row.
std::uint64_t bytesReadPerToken(const ModelFile& file);

} // namespace ponder
