#include "app/fit/processor_bandwidth.h"

#include "engine/base/memory_bandwidth.h"
#include "engine/base/processor.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include <algorithm>

namespace ponder {
namespace {

constexpr std::uint64_t kBytes = std::uint64_t{256} << 20;
constexpr unsigned kReads = 10;
constexpr qint64 kDay = qint64{24} * 3600;

double measure(unsigned cores) {
    const auto reads = measureMemoryBandwidth({cores, kBytes, kReads});
    return reads && !reads->empty() ? *std::max_element(reads->begin(), reads->end()) : 0;
}

} // namespace

double processorBandwidth(const QString& cacheFolder) {
    const Processor here = processor();
    const QString name = QString::fromStdString(here.name) + QStringLiteral(" x%1").arg(here.cores);
    const QString path = QDir(cacheFolder).filePath(QStringLiteral("memory-bandwidth.json"));
    const qint64 now = QDateTime::currentSecsSinceEpoch();
    double best = 0;
    if (QFile file(path); file.open(QIODevice::ReadOnly)) {
        const QJsonObject kept = QJsonDocument::fromJson(file.readAll()).object();
        const double value = kept[QLatin1String("bytes_per_second")].toDouble();
        const auto when = qint64(kept[QLatin1String("measured")].toDouble());
        if (kept[QLatin1String("processor")].toString() == name) best = value;
        if (best > 0 && now - when < kDay) return best;
    }
    // A busy machine reads more slowly: what it has once reached it can reach again.
    const double value = std::max(best, measure(here.cores));
    if (value <= 0) return 0;
    QDir().mkpath(cacheFolder);
    if (QSaveFile file(path); file.open(QIODevice::WriteOnly)) {
        file.write(QJsonDocument(QJsonObject{{QStringLiteral("processor"), name},
                                             {QStringLiteral("bytes_per_second"), value},
                                             {QStringLiteral("measured"), double(now)}})
                       .toJson());
        file.commit(); // what cannot be kept is measured again
    }
    return value;
}

} // namespace ponder
