#include "engine/backend/reference/reference_device.h"

#include "engine/backend/reference/reference_ops.h"
#include "engine/base/host_memory.h"
#include "engine/model/forward.h"
#include "engine/plan/dry_run.h"

namespace ponder {
namespace {

constexpr std::uint32_t kMaxBatch = 32;
constexpr std::size_t kPage = 4096;

class ReferenceExecutor final : public Executor {
public:
    ReferenceExecutor(const PlanRequest& request, std::uint64_t weightBytes, std::uint64_t snapshotBytes)
        : m_config(request.config),
          m_weights(withRopeFactors(request.weights, request.config, request.contextTokens)),
          m_adapters(request.config.layers), m_layers(request.layers.of(request.config.layers)) {
        m_memory.weights = weightBytes;
        m_memory.snapshots = snapshotBytes;
    }

    std::uint32_t maxBatch() const override { return kMaxBatch; }

    Result<std::unique_ptr<KvCache>> createCache(std::uint32_t tokens, KvType type) override {
        return std::unique_ptr<KvCache>(
            std::make_unique<ReferenceCache>(m_config, m_layers, tokens, type, m_memory.kv));
    }

    Result<void> run(const Batch& batch, KvCache& cache, std::stop_token stop,
                     std::vector<float>& logits) override {
        const BatchLimits limits{kMaxBatch, cache.capacity(), m_config.vocabulary,
                                 m_layers.first == 0 ? 0 : m_config.width};
        if (const Result<void> good = checkBatch(batch, limits); !good) return good;
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        auto& own = static_cast<ReferenceCache&>(cache);
        if (const Result<void> begun = own.begin(batch); !begun) return begun;
        ReferenceOps ops(m_config, m_weights, m_adapters, batch, own, logits);
        forward(ops, m_config, m_layers.first, m_layers.end);
        own.end(batch);
        return {};
    }

    MemoryUse memory() const override {
        MemoryUse use = m_memory;
        use.weights += m_adapters.bytes();
        return use;
    }
    Result<void> setAdapters(const AdapterSet& set) override {
        const std::uint64_t bytes =
            ReferenceAdapters::bytesOf(set, m_layers.first, m_layers.end, m_config.layers);
        if (const Result<void> fits = checkHostMemory(referenceDeviceInfo().name, bytes); !fits) return fits;
        m_adapters = ReferenceAdapters(set, m_layers.first, m_layers.end, m_config.layers);
        return {};
    }
    LayerRange layers() const override { return m_layers; }

private:
    ModelConfig m_config;
    FileWeights m_weights;
    ReferenceAdapters m_adapters;
    LayerRange m_layers;
    MemoryUse m_memory;
};

class ReferenceDevice final : public Device {
public:
    const DeviceInfo& info() const override { return m_info; }
    KvType defaultKvType() const override { return KvType::F32; }

    // The weights stay in the mapped file, whose pages the system may drop; only the cache must fit.
    Result<MemoryUse> plan(const PlanRequest& request) const override {
        auto use = planMemory(m_info, request);
        if (!use) return use;
        const LayerRange layers = request.layers.of(request.config.layers);
        const std::uint64_t adapters = request.adapters
                                           ? ReferenceAdapters::bytesOf(*request.adapters, layers.first,
                                                                        layers.end, request.config.layers)
                                           : 0;
        use->weights += adapters;
        if (const Result<void> fits = checkHostMemory(m_info.name, use->kv + adapters); !fits)
            return fits.error();
        return use;
    }

    Result<std::unique_ptr<Executor>> load(const LoadRequest& request, const Progress& progress,
                                           std::stop_token stop) override {
        const auto planned = plan(request.plan);
        if (!planned) return planned.error();
        std::uint64_t all = 0;
        const FileWeights weights = weightsOf(request.plan);
        forEachTensor(weights, [&](const TensorInfo* tensor) { all += tensor->bytes.size(); });
        // Read the file through once, so that the wait happens here, with progress, and not in the first
        // reply.
        std::uint64_t done = 0;
        bool cancelled = false;
        forEachTensor(weights, [&](const TensorInfo* tensor) {
            for (std::size_t at = 0; at < tensor->bytes.size() && !cancelled; at += kPage) {
                m_touched = m_touched + static_cast<unsigned char>(tensor->bytes[at]);
                if (at % (256 * kPage) == 0) cancelled = stop.stop_requested();
            }
            if (!cancelled) done += tensor->bytes.size();
            if (progress && !cancelled) progress(done, all);
        });
        if (cancelled || stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        auto executor = std::make_unique<ReferenceExecutor>(request.plan, all, planned->snapshots);
        if (request.plan.adapters)
            if (const auto set = executor->setAdapters(*request.plan.adapters); !set) return set.error();
        return std::unique_ptr<Executor>(std::move(executor));
    }

private:
    static FileWeights weightsOf(const PlanRequest& request) {
        const LayerRange layers = request.layers.of(request.config.layers);
        return partOf(request.weights, layers.first, layers.end);
    }

    DeviceInfo m_info = referenceDeviceInfo();
    volatile unsigned char m_touched = 0; // keeps the reading loop from being removed
};

} // namespace

DeviceInfo referenceDeviceInfo() {
    const HostMemory memory = hostMemory();
    DeviceInfo info;
    info.id = "reference";
    info.name = "Processor (reference)";
    info.driver = "plain loops";
    info.kind = DeviceKind::Reference;
    info.memoryBytes = memory.total;
    info.freeBytes = memory.available;
    info.freeIsLive = memory.available > 0;
    info.unified = true;
    info.cores = 1;
    return info;
}

std::unique_ptr<Device> openReferenceDevice() { return std::make_unique<ReferenceDevice>(); }

} // namespace ponder
