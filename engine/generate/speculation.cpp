#include "engine/generate/speculation.h"

#include <algorithm>

namespace ponder {

Speculation::Speculation(const SpeculationSettings& settings)
    : m_settings(settings), m_pace(settings.most, settings.adaptive) {}

Result<std::vector<TokenId>> Speculation::propose(const Reply& reply, std::size_t room,
                                                  std::stop_token stop) {
    const std::size_t most = std::min<std::size_t>(m_pace.next(), room);
    std::vector<TokenId> none;
    if (most == 0) return none;
    if (m_settings.lookup) {
        auto guess = m_lookup.propose(reply.history(), most, reply.sampler(), stop);
        if (!guess || !guess->empty() || !m_settings.draft) return guess;
    }
    return m_settings.draft ? m_settings.draft->propose(reply.history(), most, reply.sampler(), stop) : none;
}

void Speculation::record(std::size_t proposed, std::size_t accepted, double seconds, GenerateResult& result) {
    m_pace.record(proposed, accepted, seconds);
    result.proposedTokens += static_cast<std::uint32_t>(proposed);
    result.acceptedTokens += static_cast<std::uint32_t>(accepted);
}

} // namespace ponder
