#include "engine/split_executor.h"

namespace ponder {
namespace {

// The two caches of one conversation.
class SplitCache final : public KvCache {
public:
    SplitCache(std::unique_ptr<KvCache> first, std::unique_ptr<KvCache> second)
        : front(std::move(first)), back(std::move(second)) {}

    std::uint32_t capacity() const override { return std::min(front->capacity(), back->capacity()); }
    std::uint64_t bytes() const override { return front->bytes() + back->bytes(); }
    std::string layoutName() const override {
        return "split: " + front->layoutName() + " | " + back->layoutName();
    }
    std::uint32_t reusable(std::uint32_t tokens) const override {
        return back->reusable(front->reusable(tokens));
    }
    Result<void> rewind(std::uint32_t reusable) override {
        if (const Result<void> rewound = front->rewind(reusable); !rewound) return rewound;
        return back->rewind(reusable);
    }
    Result<void> keepState() override {
        if (const Result<void> kept = front->keepState(); !kept) return kept;
        return back->keepState();
    }
    void forgetState(std::uint32_t tokens) override {
        front->forgetState(tokens);
        back->forgetState(tokens);
    }
    Result<void> save(std::uint32_t tokens, const ByteSink& sink) const override {
        if (const Result<void> saved = front->save(tokens, sink); !saved) return saved;
        return back->save(tokens, sink);
    }
    Result<void> restore(std::uint32_t tokens, const ByteSource& source) override {
        if (const Result<void> restored = front->restore(tokens, source); !restored) return restored;
        return back->restore(tokens, source);
    }

    const std::unique_ptr<KvCache> front, back;
};

} // namespace

Result<std::unique_ptr<KvCache>> SplitExecutor::createCache(std::uint32_t tokens, KvType type) {
    auto front = m_front->createCache(tokens, type);
    if (!front) return front.error();
    auto back = m_back->createCache(tokens, type);
    if (!back) return back.error();
    return std::unique_ptr<KvCache>(std::make_unique<SplitCache>(std::move(*front), std::move(*back)));
}

Result<void> SplitExecutor::run(const Batch& batch, KvCache& cache, std::stop_token stop,
                                std::vector<float>& logits) {
    auto& caches = static_cast<SplitCache&>(cache);
    if (const Result<void> ran = m_front->run(batch, *caches.front, stop, m_stream); !ran) return ran;
    Batch rest = batch;
    rest.activations = m_stream;
    return m_back->run(rest, *caches.back, std::move(stop), logits);
}

MemoryUse SplitExecutor::memory() const { return m_front->memory() + m_back->memory(); }

Result<void> SplitExecutor::setAdapters(const AdapterSet& set) {
    if (const Result<void> changed = m_front->setAdapters(set); !changed) return changed;
    if (const Result<void> changed = m_back->setAdapters(set); !changed) {
        // What was there before fits; should even that fail, the caller hears of the first error.
        (void)m_front->setAdapters(m_adapters);
        return changed;
    }
    m_adapters = set;
    return {};
}

void SplitExecutor::profile(bool on) {
    m_front->profile(on);
    m_back->profile(on);
}

std::vector<KernelTime> SplitExecutor::kernelTimes() const {
    std::vector<KernelTime> times = m_front->kernelTimes();
    const std::vector<KernelTime> back = m_back->kernelTimes();
    times.insert(times.end(), back.begin(), back.end());
    return times;
}

} // namespace ponder
