#include "app/fit/needed_machine.h"

#include "app/fit/fit_text.h"
#include "app/models/byte_text.h"
#include "engine/plan/expert_split.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>

namespace ponder {
namespace {

struct NeededMachineText {
    Q_DECLARE_TR_FUNCTIONS(NeededMachine)
};

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;
constexpr std::array<std::uint64_t, 15> kSold{16,  24,  32,  48,  64,   96,   128, 192,
                                              256, 384, 512, 768, 1024, 1536, 2048};
constexpr double kLeftByOthers = 0.9; // of a computer's memory
constexpr std::uint64_t kMostOnADesk = 192 * kGibibyte;
constexpr double kDesk = 2 * 8 * 5.6e9;   // two channels of DDR5-5600
constexpr double kServer = 8 * 8 * 4.8e9; // eight of DDR5-4800
constexpr std::uint64_t kMemoryBesideDisk = 64 * kGibibyte;
constexpr double kFastDisk = 7e9;

std::uint64_t usable(std::uint64_t memory) { return std::uint64_t(double(memory) * kLeftByOthers); }
double rateOf(std::uint64_t memory) { return memory <= kMostOnADesk ? kDesk : kServer; }

// The smallest that is sold and holds so much; 0: none does.
std::uint64_t memoryFor(std::uint64_t bytes) {
    const auto* found = std::find_if(kSold.begin(), kSold.end(), [&](std::uint64_t gibibytes) {
        return usable(gibibytes * kGibibyte) >= bytes;
    });
    return found == kSold.end() ? 0 : *found * kGibibyte;
}

class MachineFinder {
public:
    MachineFinder(const GpuCatalogue& catalogue, const FitModel& model, const FitDevice& own,
                  std::uint32_t contextTokens)
        : m_catalogue(catalogue), m_model(model), m_own(own) {
        m_question.contextTokens = contextTokens;
        m_needed = forecastFit(model, computer(kSold.back() * kGibibyte, kServer), m_question).memory.total();
    }

    std::vector<NeededMachine> find() const {
        std::vector<NeededMachine> out;
        for (const auto& found : {withMemory(), withCard(), withDisk()})
            if (found) out.push_back(*found);
        return out;
    }

private:
    // A processor like this machine's, with other memory.
    FitDevice computer(std::uint64_t memory, double rate) const {
        DeviceInfo info = m_own.processor;
        info.kind = DeviceKind::Processor;
        info.memoryBytes = memory;
        info.freeBytes = usable(memory);
        return FitDevice::of(info, info, {rate, false});
    }
    // With all of it in memory.
    SpeedForecast speedAt(double rate) const {
        return forecastFit(m_model, computer(kSold.back() * kGibibyte, rate), m_question).speed;
    }

    std::optional<NeededMachine> withMemory() const {
        const std::uint64_t memory = memoryFor(m_needed);
        if (memory == 0) return std::nullopt;
        const double rate = rateOf(memory);
        return NeededMachine{.memoryBytes = memory, .memoryRate = rate, .speed = speedAt(rate)};
    }

    std::optional<NeededMachine> withCard() const {
        const std::uint32_t all = mixturesOf(m_model.config());
        if (all == 0) return std::nullopt;
        std::vector<const Gpu*> cards;
        for (const Gpu& gpu : m_catalogue.gpus())
            if (!gpu.unified) cards.push_back(&gpu);
        std::stable_sort(cards.begin(), cards.end(), [](const Gpu* a, const Gpu* b) {
            return a->memoryGb != b->memoryGb ? a->memoryGb < b->memoryGb : a->year > b->year;
        });
        for (const Gpu* gpu : cards) {
            FitDevice device = FitDevice::of(*gpu, m_own.processor, kServer);
            const auto forecast = forecastExperts(m_model, device, m_question, all);
            if (!forecast) return std::nullopt; // no card computes such a model
            if (forecast->card.total() + marginBytes(device.info) > device.info.freeBytes) continue;
            const std::uint64_t memory = memoryFor(forecast->processorBytes);
            if (memory == 0) return std::nullopt;
            device.processorBandwidth = rateOf(memory);
            return NeededMachine{.kind = NeededMachine::Kind::Experts,
                                 .memoryBytes = memory,
                                 .memoryRate = rateOf(memory),
                                 .card = gpu,
                                 .speed = forecastExperts(m_model, device, m_question, all)->speed};
        }
        return std::nullopt;
    }

    // A dense model would read nearly all of itself for each token.
    std::optional<NeededMachine> withDisk() const {
        if (m_model.config().mixture.experts == 0) return std::nullopt;
        FitDevice device = computer(kMemoryBesideDisk, kDesk);
        device.timeDisk = [] { return kFastDisk; };
        const FitForecast forecast = forecastFit(m_model, device, m_question);
        if (forecast.mappedBytes == 0) return std::nullopt;
        return NeededMachine{.kind = NeededMachine::Kind::Disk,
                             .memoryBytes = kMemoryBesideDisk,
                             .memoryRate = kDesk,
                             .diskRate = kFastDisk,
                             .speed = forecast.speed};
    }

    const GpuCatalogue& m_catalogue;
    const FitModel& m_model;
    const FitDevice& m_own;
    FitQuestion m_question;
    std::uint64_t m_needed = 0; // bytes, on a processor
};

} // namespace

std::vector<NeededMachine> neededMachines(const GpuCatalogue& catalogue, const FitModel& model,
                                          const FitDevice& own, std::uint32_t contextTokens) {
    return MachineFinder(catalogue, model, own, contextTokens).find();
}

QString machineText(const NeededMachine& machine) {
    const QString memory = memoryText(qint64(machine.memoryBytes), 0);
    const QString speed = speedText(machine.speed);
    const auto rate = [](double bytes) { return QLocale().toString(bytes / 1e9, 'f', 0); };
    if (machine.kind == NeededMachine::Kind::Experts)
        return NeededMachineText::tr("Attention on a card like %1, experts in %2 of memory: %3")
            .arg(machine.card->name, memory, speed);
    if (machine.kind == NeededMachine::Kind::Disk)
        return NeededMachineText::tr("A computer with %1 of memory and a disk that is read at %2 GB/s: %3")
            .arg(memory, rate(machine.diskRate), speed);
    return NeededMachineText::tr("A computer with %1 of memory that is read at %2 GB/s: %3")
        .arg(memory, rate(machine.memoryRate), speed);
}

const char* kindName(NeededMachine::Kind kind) {
    switch (kind) {
    case NeededMachine::Kind::Experts:
        return "experts_in_memory";
    case NeededMachine::Kind::Disk:
        return "disk";
    case NeededMachine::Kind::Memory:
        break;
    }
    return "memory";
}

} // namespace ponder
