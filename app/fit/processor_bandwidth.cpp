#include "app/fit/processor_bandwidth.h"

#include "engine/base/host_memory.h"
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
constexpr unsigned kReads = 5;
constexpr qint64 kDay = qint64{24} * 3600;
constexpr qint64 kPause = 60;   // a busy computer is not asked again with every reply
constexpr double kAlike = 0.05; // as two rounds of a measurement are

struct Kept {
    double value = 0;
    qint64 when = 0;
    bool quiet = false; // older versions did not look, and kept what a busy machine had shown
};

Kept readKept(const QString& path, const QString& processor) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QJsonObject kept = QJsonDocument::fromJson(file.readAll()).object();
    if (kept[QLatin1String("processor")].toString() != processor) return {};
    Kept out;
    out.value = std::max(0.0, kept[QLatin1String("bytes_per_second")].toDouble());
    if (!kept.contains(QLatin1String("busy"))) return out;
    out.quiet = !kept[QLatin1String("busy")].toBool(true);
    out.when = qint64(kept[QLatin1String("measured")].toDouble());
    return out;
}

void keep(const QString& cacheFolder, const QString& path, const QJsonObject& figure) {
    QDir().mkpath(cacheFolder);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return; // what cannot be kept is measured again
    file.write(QJsonDocument(figure).toJson());
    file.commit();
}

} // namespace

MemoryBandwidth keptBandwidth(const QString& cacheFolder, const BandwidthQuestion& question) {
    const QString path = QDir(cacheFolder).filePath(QStringLiteral("memory-bandwidth.json"));
    const Kept kept = readKept(path, question.processor);
    // A clock that was set back makes every figure look new: it is measured again.
    const qint64 age = question.now - kept.when;
    if (kept.value > 0 && age >= 0 && age < (kept.quiet ? kDay : kPause)) return {kept.value, !kept.quiet};
    const MemoryBandwidth seen = question.measure();
    if (seen.bytesPerSecond <= 0) return {kept.value, kept.value > 0 && !kept.quiet};
    // What the machine has once reached it can reach again.
    MemoryBandwidth best{std::max(kept.value, seen.bytesPerSecond), seen.busy};
    // A figure of a quiet hour stays one, unless a busy machine has shown more.
    if (kept.quiet && seen.bytesPerSecond <= kept.value * (1 + kAlike)) best.busy = false;
    keep(cacheFolder, path,
         {{QStringLiteral("processor"), question.processor},
          {QStringLiteral("bytes_per_second"), best.bytesPerSecond},
          {QStringLiteral("busy"), best.busy},
          {QStringLiteral("measured"), double(question.now)}});
    return best;
}

MemoryBandwidth processorBandwidth(const QString& cacheFolder) {
    const Processor here = processor();
    BandwidthQuestion question;
    question.processor = QString::fromStdString(here.name) + QStringLiteral(" x%1").arg(here.cores);
    question.now = QDateTime::currentSecsSinceEpoch();
    question.measure = [cores = here.cores] {
        // In a small container the test must not take what there is.
        const std::uint64_t free = hostMemory().available;
        const std::uint64_t bytes = free > 0 ? std::min(kBytes, free / 4) : kBytes;
        return steadyMemoryBandwidth([&] { return measureMemoryBandwidth({cores, bytes, kReads}); });
    };
    return keptBandwidth(cacheFolder, question);
}

} // namespace ponder
