// Brings rows of a matrix into their slice of a chunk, rearranged for the device (weight_layout.h).
//
// Takes the matrix as a file has it, some megabytes at a time; several threads rearrange. Owner: whoever
// loads. Thread: one at a time; `taken` is called on it. Errors: DeviceLost, OutOfMemory, those of `taken`.
// Next station: vulkan_executor.h.
#pragma once

#include "engine/backend/vulkan/weights/uploader.h"
#include "engine/base/thread_pool.h"
#include "engine/plan/vulkan_plan.h"

namespace ponder {

class MatrixUpload {
public:
    // Called when the device, or staging, has these bytes of the matrix.
    using Taken = std::function<Result<void>(std::span<const std::byte>)>;

    MatrixUpload(Uploader& uploader, ThreadPool& pool) : m_uploader(uploader), m_pool(pool) {}
    Result<void> write(const VulkanBuffer& chunk, const WeightSlice& slice, const TensorInfo& matrix,
                       const Taken& taken);

private:
    Result<void> writeGroups(const VulkanBuffer& chunk, const WeightSlice& slice, std::uint64_t group,
                             std::uint64_t groups, std::span<const std::byte> source,
                             std::span<const float> factors, std::uint64_t rows);

    Uploader& m_uploader;
    ThreadPool& m_pool;
};

} // namespace ponder
