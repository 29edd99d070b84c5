// Records kernel calls into command buffers, cut into slices that a driver's watchdog tolerates.
//
// A call is a pipeline, the buffers it reads and writes, its push constants and a number of workgroups; a
// memory barrier follows each. When the cost of a slice (multiply-adds) would pass the limit, a new command
// buffer begins. Owner: the caller keeps the Recording it gives. Thread: one at a time. Errors: kept until
// finish(). Next station: vulkan_executor.h (submits).
#pragma once

#include "engine/backend/vulkan/pipeline/kernel_calls.h"
#include "engine/backend/vulkan/pipeline/kernel_stamps.h"

#include <cstring>
#include <optional>
#include <set>

namespace ponder {

// Workgroups of b that cover a.
inline std::uint32_t ceilDiv(std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint32_t>((a + b - 1) / b);
}

// The buffers of one call; sets are null on the address path.
struct CallBuffers {
    VkDeviceAddress weights = 0, scratch = 0, other = 0, step = 0;
    VkDescriptorSet weightSet = VK_NULL_HANDLE, scratchSet = VK_NULL_HANDLE, otherSet = VK_NULL_HANDLE;
};

struct Workgroups {
    std::uint32_t x = 1, y = 1, z = 1;
};

// What the host does once a slice has ended: multiply a layer's experts (backend/expert_worker.h), while
// slices that do not need them run.
struct HostExperts {
    std::uint32_t layer = 0, rows = 0;
    std::size_t beside = 0; // slices that follow
};

struct CommandSlice {
    VkCommandBuffer commands = VK_NULL_HANDLE;
    double cost = 0; // multiply-adds
    std::uint32_t dispatches = 0;
    std::optional<KernelStamps> stamps; // while profiling is on
    std::optional<HostExperts> experts; // after it
};

// Finished command buffers; freed with it.
class Recording {
public:
    explicit Recording(VulkanContext& context) : m_context(&context) {}
    Recording(Recording&& other) noexcept;
    Recording& operator=(Recording&& other) noexcept;
    ~Recording();

    std::vector<CommandSlice> slices;
    std::size_t headSlice = SIZE_MAX; // slices from here on compute logits only; finish() bounds it
    bool profiles = false;
    double cost() const;

private:
    VulkanContext* m_context;
};

enum class RecordFor {
    Once,      // submitted again only when they have ended
    Resubmits, // also before that
    Profiling, // as Once, and each kernel's time is taken
    Keys,      // never: only to learn which pipelines there are
};

class CommandRecorder {
public:
    CommandRecorder(VulkanContext& context, PipelineSet& pipelines, double costPerSlice,
                    RecordFor purpose = RecordFor::Once);

    template<class Call>
    void dispatch(const PipelineKey& key, const CallBuffers& buffers, const Call& call, Workgroups workgroups,
                  const KernelWork& work) {
        static_assert(sizeof(Call) + 4 * sizeof(VkDeviceAddress) <= kPushBytes);
        std::array<std::byte, kPushBytes> push{};
        const std::array<VkDeviceAddress, 4> addresses{buffers.weights, buffers.scratch, buffers.other,
                                                       buffers.step};
        std::memcpy(push.data(), addresses.data(), sizeof(addresses));
        std::memcpy(push.data() + sizeof(addresses), &call, sizeof(Call));
        record(key, buffers, push, workgroups, work);
    }
    // Writes bytes (a multiple of four, at most 64 KiB) that are kept in the commands.
    void update(const VulkanBuffer& buffer, std::uint64_t at, std::span<const std::byte> bytes);
    void beginSlice(); // closes the slice before it
    void markHead();   // what follows is the head
    // Closes a slice after which the host multiplies experts; what follows until takeBack() runs meanwhile.
    void handOver(std::uint32_t layer, std::uint32_t rows);
    void takeBack();
    Result<Recording> finish();
    std::uint32_t dispatches() const { return m_dispatches; }
    const std::set<PipelineKey>& keys() const { return m_keys; } // RecordFor::Keys

private:
    void record(const PipelineKey& key, const CallBuffers& buffers,
                const std::array<std::byte, kPushBytes>& push, Workgroups workgroups, const KernelWork& work);
    void endSlice();
    void fail(Error error);

    VulkanContext& m_context;
    PipelineSet& m_pipelines;
    double m_costPerSlice;
    RecordFor m_purpose;
    Recording m_recording;
    std::set<PipelineKey> m_keys;
    bool m_open = false;
    std::size_t m_handedOver = 0; // slices when the host was last asked for experts
    std::uint32_t m_dispatches = 0;
    std::optional<Error> m_error;
};

} // namespace ponder
