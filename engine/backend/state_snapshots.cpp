#include "engine/backend/state_snapshots.h"

#include "engine/base/host_memory.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace ponder {
namespace {

constexpr std::uint32_t kSaved = 3; // before the last question, after it, before the reply

} // namespace

std::uint32_t StateSnapshots::latest(std::uint32_t tokens) const {
    const auto after = m_states.upper_bound(tokens);
    return after == m_states.begin() ? 0 : std::prev(after)->first;
}

const std::vector<float>* StateSnapshots::find(std::uint32_t tokens) const {
    const auto found = m_states.find(tokens);
    return found == m_states.end() ? nullptr : &found->second;
}

void StateSnapshots::keep(std::uint32_t tokens, std::span<const float> state) {
    if (m_most == 0 || tokens == 0 || m_states.contains(tokens)) return;
    if (m_states.size() >= m_most) dropLeastMissed();
    if (!checkHostMemory({}, state.size_bytes())) return;
    m_states.emplace(tokens, std::vector<float>(state.begin(), state.end()));
}

void StateSnapshots::forgetAfter(std::uint32_t tokens) {
    m_states.erase(m_states.upper_bound(tokens), m_states.end());
}

// What would have to be computed again without it, over how far back it is: chats are mostly changed near
// their end. The newest stays.
void StateSnapshots::dropLeastMissed() {
    const std::uint32_t end = m_states.rbegin()->first;
    auto least = m_states.begin();
    double leastCost = std::numeric_limits<double>::infinity();
    std::uint32_t before = 0;
    for (auto at = m_states.begin(); std::next(at) != m_states.end(); before = at->first, ++at) {
        const double cost = double(std::next(at)->first - before) / double(end - at->first);
        if (cost >= leastCost) continue;
        leastCost = cost;
        least = at;
    }
    m_states.erase(least);
}

Result<void> StateSnapshots::save(std::uint32_t tokens, const ByteSink& sink) const {
    const auto end = m_states.upper_bound(tokens);
    const auto all = static_cast<std::uint32_t>(std::distance(m_states.begin(), end));
    const std::uint32_t count = std::min(all, kSaved);
    if (const auto written = sink(std::as_bytes(std::span(&count, 1))); !written) return written;
    for (auto at = std::prev(end, count); at != end; ++at) {
        if (const auto written = sink(std::as_bytes(std::span(&at->first, 1))); !written) return written;
        if (const auto written = sink(std::as_bytes(std::span(at->second))); !written) return written;
    }
    return {};
}

Result<void> StateSnapshots::restore(std::size_t length, const ByteSource& source) {
    clear();
    std::uint32_t count = 0, tokens = 0;
    if (const auto read = source(std::as_writable_bytes(std::span(&count, 1))); !read) return read;
    for (; count > 0; --count) {
        std::vector<float> state(length);
        if (const auto read = source(std::as_writable_bytes(std::span(&tokens, 1))); !read) return read;
        if (const auto read = source(std::as_writable_bytes(std::span(state))); !read) return read;
        if (m_states.size() < m_most) m_states[tokens] = std::move(state);
    }
    return {};
}

} // namespace ponder
