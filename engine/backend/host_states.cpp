#include "engine/backend/host_states.h"

#include "engine/base/host_memory.h"

#include <algorithm>
#include <limits>

namespace ponder {
namespace {

constexpr std::uint32_t kNoTokens = std::numeric_limits<std::uint32_t>::max(); // what no run continues after

} // namespace

HostStates::HostStates(std::span<const std::uint32_t> lengths, std::uint32_t snapshots)
    : m_snapshots(snapshots) {
    for (const std::uint32_t length : lengths) {
        m_at.push_back(m_length);
        m_length += length;
    }
    m_trunk.resize(m_length);
}

std::uint64_t HostStates::bytes() const { return (1 + m_branches.size()) * m_length * sizeof(float); }

std::uint32_t HostStates::reusable(std::uint32_t tokens) const {
    return !any() || tokens == m_tokens ? tokens : m_snapshots.latest(tokens);
}

void HostStates::rewind(std::uint32_t reusable) {
    if (!any()) return;
    m_snapshots.forgetAfter(reusable);
    if (reusable == m_tokens || reusable == 0) return; // a run from 0 begins anew
    m_trunk = *m_snapshots.find(reusable);
    m_tokens = reusable;
}

void HostStates::keep() {
    if (any() && m_tokens != kNoTokens) m_snapshots.keep(m_tokens, m_trunk);
}

Result<void> HostStates::begin(const Batch& batch) {
    if (!any()) return {};
    if (batch.branches) return beginBranches(batch);
    m_branches.clear();
    if (batch.firstPosition == 0)
        std::fill(m_trunk.begin(), m_trunk.end(), 0.0F);
    else if (batch.firstPosition != m_tokens)
        return cannotContinue(batch.firstPosition);
    m_tokens = kNoTokens;
    return {};
}

Result<void> HostStates::beginBranches(const Batch& batch) {
    const bool first = batch.firstPosition == batch.branches->shared;
    if (first && batch.firstPosition != m_tokens) return cannotContinue(batch.firstPosition);
    if (first)
        if (const auto fits = checkHostMemory({}, batch.tokens.size() * m_length * sizeof(float)); !fits)
            return fits;
    for (const std::uint32_t branch : batch.branches->ofRow) {
        if (first)
            m_branches[branch] = m_trunk;
        else if (!m_branches.contains(branch))
            return cannotContinue(batch.firstPosition);
    }
    return {};
}

void HostStates::end(const Batch& batch) {
    if (any() && !batch.branches)
        m_tokens = batch.firstPosition + static_cast<std::uint32_t>(batch.tokens.size());
}

float* HostStates::of(const Batch& batch, std::uint32_t layer, std::size_t row) {
    std::vector<float>& sequence = batch.branches ? m_branches.at(batch.branches->ofRow[row]) : m_trunk;
    return sequence.data() + m_at[layer];
}

Result<void> HostStates::save(std::uint32_t tokens, const ByteSink& sink) const {
    if (!any()) return {};
    static const std::vector<float> kNothing;
    const std::vector<float>* state = tokens == m_tokens ? &m_trunk : m_snapshots.find(tokens);
    if (const auto saved = sink(std::as_bytes(std::span(state ? *state : kNothing))); !saved) return saved;
    return m_snapshots.save(tokens, sink);
}

Result<void> HostStates::restore(std::uint32_t tokens, const ByteSource& source) {
    if (!any()) return {};
    m_branches.clear();
    m_tokens = kNoTokens;
    if (const auto read = source(std::as_writable_bytes(std::span(m_trunk))); !read) return read;
    m_tokens = tokens;
    return m_snapshots.restore(m_length, source);
}

} // namespace ponder
