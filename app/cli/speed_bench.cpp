#include "app/cli/speed_bench.h"

#include <algorithm>
#include <chrono>
#include <random>

namespace ponder {
namespace {

constexpr std::uint32_t kOwnIds = 4096; // enough that long prompts do not repeat themselves soon

// The same vocabulary gives the same tokens on every machine.
std::vector<TokenId> ordinaryTokens(const Tokenizer& tokenizer) {
    std::mt19937 random;
    std::vector<TokenId> out;
    // The remainder is not quite even, but unlike a distribution of the library the same everywhere.
    for (std::uint32_t tries = 0; out.size() < kOwnIds && tries < 16 * kOwnIds; ++tries)
        if (const auto id = static_cast<TokenId>(random() % tokenizer.size());
            !tokenizer.isControl(id) && !tokenizer.isEndOfGeneration(id))
            out.push_back(id);
    if (out.empty()) out.push_back(0);
    return out;
}

GenerateSettings replyOf(std::uint32_t tokens) {
    GenerateSettings settings;
    settings.sampling.temperature = 0;
    settings.maxTokens = tokens;
    settings.ignoreEndOfText = true;
    return settings;
}

} // namespace

double Figure::median() const {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

SpeedBench::SpeedBench(const RunModel& loaded, std::vector<TokenId> ids, std::uint32_t rounds,
                       std::stop_token stop)
    : m_loaded(loaded), m_ids(ids.empty() ? ordinaryTokens(loaded.model->tokenizer()) : std::move(ids)),
      m_rounds(rounds), m_stop(std::move(stop)) {}

std::vector<TokenId> SpeedBench::prompt(std::uint32_t tokens) const {
    std::vector<TokenId> out(std::max(tokens, 1U)); // nothing can be written after nothing
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = m_ids[i % m_ids.size()];
    return out;
}

Result<GenerateResult> SpeedBench::generate(std::uint32_t prompt, std::uint32_t reply) {
    auto result = m_loaded.session->generate(this->prompt(prompt), replyOf(reply), {}, m_stop);
    if (result && result->reason == FinishReason::Cancelled) return Error{ErrorCode::Cancelled, {}, {}};
    return result;
}

Result<void> SpeedBench::warmUp() {
    m_loaded.session->clear();
    // The session's whole context may be as short as one token and its reply.
    const auto room = m_loaded.session->contextTokens();
    if (const auto ran = generate(std::min(8U, std::max(room, 3U) - 2), 2); !ran) return ran.error();
    return {};
}

Result<std::array<Figure, 2>> SpeedBench::prefill(std::uint32_t tokens, const OnRound& onRound) {
    std::array<Figure, 2> out{Figure{Figure::What::Prefill, tokens, 0, 1, {}},
                              Figure{Figure::What::FirstToken, tokens, 0, 1, {}}};
    for (std::uint32_t round = 0; round < m_rounds; ++round) {
        m_loaded.session->clear();
        const auto result = generate(tokens, 1);
        if (!result) return result.error();
        out[0].values.push_back(tokens / std::max(result->prefillSeconds, 1e-9));
        out[1].values.push_back(result->secondsToFirstToken);
        onRound(out[0]);
    }
    return out;
}

Result<Figure> SpeedBench::decode(std::uint32_t tokens, std::uint32_t depth, const OnRound& onRound) {
    Figure out{Figure::What::Decode, tokens, depth, 1, {}};
    for (std::uint32_t round = 0; round < m_rounds; ++round) {
        const auto result = generate(depth, tokens);
        if (!result) return result.error();
        out.values.push_back(result->decodeTokensPerSecond());
        onRound(out);
    }
    return out;
}

Result<Figure> SpeedBench::decodeMany(std::uint32_t tokens, std::uint32_t depth, std::uint32_t sequences,
                                      const OnRound& onRound) {
    Figure out{Figure::What::Decode, tokens, depth, sequences, {}};
    const std::vector<GenerateSettings> settings(sequences, replyOf(tokens));
    const std::vector<TokenId> shared = prompt(depth);
    for (std::uint32_t round = 0; round < m_rounds; ++round) {
        const auto results = m_loaded.session->generateMany(shared, settings, {}, m_stop);
        if (!results) return results.error();
        std::uint64_t steps = 0; // the first token of each comes from the prompt
        double seconds = 1e-9;
        for (const GenerateResult& result : *results) {
            if (result.reason == FinishReason::Cancelled) return Error{ErrorCode::Cancelled, {}, {}};
            steps += result.replyTokens - std::min(result.replyTokens, 1U);
            seconds = std::max(seconds, result.decodeSeconds);
        }
        out.values.push_back(static_cast<double>(steps) / seconds);
        onRound(out);
    }
    return out;
}

double Profile::outsideKernels() const {
    double inside = 0;
    for (const KernelTime& kernel : kernels)
        inside += kernel.seconds;
    return std::max(0.0, seconds - inside);
}

template<class Run>
Result<Profile> SpeedBench::profiled(Run&& run) {
    using Clock = std::chrono::steady_clock;
    Profile out;
    m_loaded.model->profile(true);
    const auto start = Clock::now();
    const auto ran = run();
    out.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    out.kernels = m_loaded.model->kernelTimes();
    m_loaded.model->profile(false);
    if (!ran) return ran.error();
    std::sort(out.kernels.begin(), out.kernels.end(),
              [](const KernelTime& a, const KernelTime& b) { return a.seconds > b.seconds; });
    return out;
}

Result<Profile> SpeedBench::profilePrefill(std::uint32_t tokens) {
    m_loaded.session->clear();
    return profiled([&] { return generate(tokens, 1); });
}

// The prompt goes first, so that nearly all that is timed is writing.
Result<Profile> SpeedBench::profileDecode(std::uint32_t tokens, std::uint32_t depth) {
    if (const auto ran = generate(depth, 1); !ran) return ran.error();
    return profiled([&] { return generate(depth, tokens); });
}

Result<Profile> SpeedBench::profileDecodeMany(std::uint32_t tokens, std::uint32_t depth,
                                              std::uint32_t sequences) {
    if (const auto ran = generate(depth, 1); !ran) return ran.error();
    const std::vector<GenerateSettings> settings(sequences, replyOf(tokens));
    return profiled([&] { return m_loaded.session->generateMany(prompt(depth), settings, {}, m_stop); });
}

std::uint64_t bytesReadPerToken(const ModelFile& file) {
    const auto& tensors = file.tensors();
    const auto named = [](std::string_view name) {
        return [name](const TensorInfo& tensor) { return tensor.name == name; };
    };
    const bool tied = std::none_of(tensors.begin(), tensors.end(), named("output.weight"));
    std::uint64_t sum = 0;
    for (const TensorInfo& tensor : tensors)
        if (tied || tensor.name != "token_embd.weight") sum += tensor.bytes.size();
    return sum;
}

} // namespace ponder
