// A machine that runs a model for which this one has no room, and how fast it would be.
//
// A computer with enough memory; one whose card has attention and whose memory has the experts of a mixture;
// one that reads what its memory has no room for from a fast disk.
// Memory is named in sizes that are sold. Thread: any; tens of milliseconds for the largest models. Errors:
// none. Source: JEDEC JESD79-5 (channels of 64 bits times the rate); PCI Express 4.0 (four
// lanes of 2 GB/s, of which disks that are sold reach seven eighths). Next station: gpu_list_model.h,
// `ponder-cli fit --gpus`.
#pragma once

#include "app/fit/expert_forecast.h"

#include <QString>

#include <vector>

namespace ponder {

struct NeededMachine {
    enum class Kind { Memory, Experts, Disk };
    Kind kind = Kind::Memory;
    std::uint64_t memoryBytes = 0; // of the computer
    double memoryRate = 0;         // bytes a second, as such a computer reads them
    const Gpu* card = nullptr;     // Experts: the smallest that has room for the rest
    double diskRate = 0;           // Disk: bytes a second that it is read at
    SpeedForecast speed;
};

std::vector<NeededMachine> neededMachines(const GpuCatalogue& catalogue, const FitModel& model,
                                          const FitDevice& own, std::uint32_t contextTokens);

QString machineText(const NeededMachine& machine); // "A computer with 512 GB of memory: ≈ 9.1 tokens/s"
const char* kindName(NeededMachine::Kind kind);    // as `--json` has it

} // namespace ponder
