// Graphics processors that people own or could buy: how much memory they have and how fast it is.
//
// Takes resources/gpus.json, which is embedded and parsed once; gives its rows, and the row that a driver's
// name of a device means. Owner: a constant of the program. Thread: any. Errors: a row without a name,
// vendor, memory or bandwidth is refused (Internal); tests/tools/check_catalogue.py judges the figures. Next
// station: the speed prediction and the "what if" list of app/fit.
#pragma once

#include "engine/base/result.h"

#include <QByteArray>
#include <QHash>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ponder {

struct Gpu {
    QString name;
    QStringList aliases;     // other names, as drivers report them
    QString vendor;          // "NVIDIA", "AMD", "INTEL", "APPLE"
    double memoryGb = 0;     // as sold: units of 2^30 bytes
    double bandwidthGbS = 0; // 10^9 bytes a second
    int busBits = 0;         // 0: not known
    double memoryGbps = 0;   // 10^9 bits a second and pin; 0: not known
    int year = 0;            // of release; 0: not known
    std::optional<int> priceUsd;
    bool unified = false; // the memory is the computer's, shared with the processor
    QString source;       // where the figures were read
};

class GpuCatalogue {
public:
    static const GpuCatalogue& builtIn();
    static Result<GpuCatalogue> parse(const QByteArray& json);

    std::span<const Gpu> gpus() const { return m_gpus; }

    // The row that a driver's name means, as "AMD Radeon RX 6700 XT (RADV NAVI22)"; where several are called
    // so, the smallest that has the memory reported, or the largest. Null: not in the catalogue.
    const Gpu* find(const QString& driverName, std::uint64_t memoryBytes = 0) const;
    // All rows that the name could mean, the likeliest first; a name may say the memory: "RTX 3060 12 GB".
    std::vector<const Gpu*> allCalled(const QString& driverName) const;

private:
    void index();
    const std::vector<std::size_t>* rowsCalled(const QString& driverName) const; // null: none

    std::vector<Gpu> m_gpus;
    QHash<QString, std::vector<std::size_t>> m_exact; // by the name without marks and spaces
    QHash<QString, std::vector<std::size_t>> m_loose; // also without vendor, brackets and memory size
};

} // namespace ponder
