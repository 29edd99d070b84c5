// The states of a conversation's recurrent layers, in host memory: those of its tokens, and one more for each
// branch that goes on from there.
//
// A state cannot go back: a run continues after all tokens that have been run, after those of a snapshot, or
// begins anew. Takes what a run is about to do; gives each row its state, all f32 (model/layer.h: KeptState).
// Owner: the cache of a backend that computes in host memory. Thread: its device's; different sequences and
// layers at once. Errors: BadArgument where a run continues elsewhere, DoesNotFit where there is no room for
// the branches. Next station: the operations of model/forward.h.
#pragma once

#include "engine/backend/batch.h"
#include "engine/backend/state_snapshots.h"

#include <map>

namespace ponder {

class HostStates {
public:
    // lengths: of each layer's state; 0: it has none.
    HostStates(std::span<const std::uint32_t> lengths, std::uint32_t snapshots);

    bool any() const { return m_length > 0; }
    std::uint64_t bytes() const; // as it is now, but for snapshots
    // As in KvCache.
    std::uint32_t reusable(std::uint32_t tokens) const;
    void rewind(std::uint32_t reusable);
    void keep();
    void forget(std::uint32_t tokens) { m_snapshots.forget(tokens); }

    // Before a run: those of the tokens fade where it begins anew, branches take them over. Between the two
    // calls, and so after a run that was stopped, nothing can be continued.
    Result<void> begin(const Batch& batch);
    void end(const Batch& batch);

    // Of the layer, counted from the executor's first, for a row of the run's batch.
    float* of(const Batch& batch, std::uint32_t layer, std::size_t row);

    // After `tokens`, which are reusable.
    Result<void> save(std::uint32_t tokens, const ByteSink& sink) const;
    Result<void> restore(std::uint32_t tokens, const ByteSource& source);

private:
    Result<void> beginBranches(const Batch& batch);

    std::vector<std::size_t> m_at; // of each layer in a sequence
    std::size_t m_length = 0;      // of a sequence, in values
    std::uint32_t m_tokens = 0;    // that m_trunk has seen
    std::vector<float> m_trunk;
    StateSnapshots m_snapshots; // of that
    std::map<std::uint32_t, std::vector<float>> m_branches;
};

} // namespace ponder
