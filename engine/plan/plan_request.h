// What a plan is made of: a model, which of its layers, for how long a context, and how exactly.
//
// Only borrows the config, the weights and the adapters, which outlive it. Next stations: plan/cpu_plan.h,
// plan/vulkan_plan.h, Device::plan().
#pragma once

#include "engine/model/adapter_set.h"
#include "engine/model/config.h"
#include "engine/model/weights.h"
#include "engine/plan/kv_type.h"
#include "engine/plan/layer_range.h"

#include <filesystem>

namespace ponder {

// How exact matrix products are. Fast: activations may be rounded to eight bits in blocks of 32, where the
// device is quicker with integers; logits then differ by about a thousandth. Float: never.
enum class Precision { Fast, Float };

// All that a plan needs; the tensors' bytes are not read, only counted.
struct PlanRequest {
    const ModelConfig& config;
    const FileWeights& weights;
    std::uint64_t fileBytes = 0;     // of the whole model: small ones are rounded less
    std::uint32_t contextTokens = 0; // the caches that will be asked for: the plan counts them
    KvType kvType = KvType::F16;
    LayerRange layers;         // which of config.layers; a backend without the first does not embed
    std::uint32_t threads = 0; // of a backend on the processor; 0: one for each of its cores
    Precision precision = Precision::Fast;
    std::filesystem::path cacheFolder;    // keeps what a device learns about itself; empty: it does not
    const AdapterSet* adapters = nullptr; // those to begin with, or none
    // Bytes of memory that the processor's plan should not exceed: matrices beyond that stay in the mapped
    // file and are read as they are used. 0: all are in memory, as with other devices.
    std::uint64_t room = 0;
};

// Of the memory that is free, what a plan should take where it leaves weights in the file: the system needs
// some to read them into.
constexpr std::uint64_t roomBesideFile(std::uint64_t free) { return free / 8 * 7; }

} // namespace ponder
