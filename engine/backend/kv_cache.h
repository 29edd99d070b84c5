// What one conversation has left on a device: keys and values of its tokens, and the states of recurrent
// layers.
//
// Owner: the engine session; lives shorter than its executor. Thread: its device's. Errors: those of sink and
// source, DeviceLost. Next station: Executor::run.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace ponder {

// Where saved keys and values go to, and come from; each call hands on the next bytes.
using ByteSink = std::function<Result<void>(std::span<const std::byte>)>;
using ByteSource = std::function<Result<void>(std::span<std::byte>)>;

class KvCache {
public:
    virtual ~KvCache() = default;
    virtual std::uint32_t capacity() const = 0; // tokens
    virtual std::uint64_t bytes() const = 0;

    // What saved bytes mean: backend, type, shape and version of the layout. Equal names read each other's
    // bytes and give the same next logits.
    virtual std::string layoutName() const = 0;
    // What positions 0 .. tokens - 1 have left, exact; so many of them as are reusable.
    virtual Result<void> save(std::uint32_t tokens, const ByteSink& sink) const = 0;
    virtual Result<void> restore(std::uint32_t tokens, const ByteSource& source) = 0;

    // How many of the first `tokens` positions a run may continue after, once rewound to there. Keys and
    // values of a position can be used again by themselves; the state of a recurrent layer is that after the
    // last token, or one that was kept before.
    virtual std::uint32_t reusable(std::uint32_t tokens) const { return tokens; }
    virtual Result<void> rewind(std::uint32_t /*reusable*/) { return {}; }
    // Keeps the states as they are now, for as long as there is room.
    virtual Result<void> keepState() { return {}; }
    virtual void forgetState(std::uint32_t /*tokens*/) {}
};

} // namespace ponder
