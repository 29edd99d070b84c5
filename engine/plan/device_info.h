// What is known of a device before it is opened: what it is called, what kind it is, how much memory it has.
//
// Takes nothing; a backend fills it in, the catalogue of graphics processors does for devices that are not in
// this machine. Source: the driver, the operating system. Next station: plan/dry_run.h, engine.h.
#pragma once

#include "engine/base/detail.h"

#include <cstdint>
#include <string>

namespace ponder {

enum class DeviceKind { Reference, Processor, Discrete, Integrated, Software };

struct DeviceInfo {
    std::string id;   // what --device takes: "cpu", "reference", "vulkan:0"
    std::string name; // as the driver says it
    std::string driver;
    DeviceKind kind = DeviceKind::Reference;
    std::string vendor;                  // of a GPU: "NVIDIA", "AMD", "Intel", "Apple" ...; else empty
    std::uint64_t memoryBytes = 0;       // that a model can use, of all heaps (plan/device_memory.h)
    std::uint64_t freeBytes = 0;         // of these, free now; memoryBytes where the driver cannot tell
    bool freeIsLive = false;             // what other programs use is left out of freeBytes
    bool unified = false;                // the processor's own memory
    std::uint64_t largestAllocation = 0; // bytes in one piece; 0: no limit
    unsigned cores = 0;                  // of a processor
    std::string instructionSet;          // of a processor: "AVX-512 VNNI"
    Detail unusable;                     // why not, or empty
};

} // namespace ponder
