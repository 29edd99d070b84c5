#include "app/models/conversion_list.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include <algorithm>

namespace ponder {
namespace {

constexpr qint64 kLargestList = 1 << 20;

QJsonObject toJson(const ConversionEntry& entry) {
    ModelSettings adapters; // knows how they are written
    adapters.adapters = entry.adapters;
    return {{QStringLiteral("name"), entry.name},
            {QStringLiteral("source"), entry.source},
            {QStringLiteral("adapters"), adapters.toJson()},
            {QStringLiteral("keepsFormats"), entry.keepsFormats},
            {QStringLiteral("target"), entry.target},
            {QStringLiteral("quantization"), entry.quantization},
            {QStringLiteral("step"), int(entry.step)},
            {QStringLiteral("done"), double(entry.done)},
            {QStringLiteral("all"), double(entry.all)}};
}

ConversionEntry entryFrom(const QJsonObject& kept) {
    ConversionEntry entry;
    entry.name = kept[QLatin1String("name")].toString();
    entry.source = kept[QLatin1String("source")].toString();
    entry.adapters = ModelSettings::fromJson(kept[QLatin1String("adapters")].toString()).adapters;
    entry.keepsFormats = kept[QLatin1String("keepsFormats")].toBool();
    entry.target = kept[QLatin1String("target")].toString();
    entry.quantization = kept[QLatin1String("quantization")].toString();
    entry.step =
        ConversionStep(std::clamp(kept[QLatin1String("step")].toInt(), 0, int(ConversionStep::Done)));
    if (entry.step == ConversionStep::Running) entry.step = ConversionStep::Waiting;
    if (entry.step == ConversionStep::Failed) entry.step = ConversionStep::Paused;
    entry.done = qint64(kept[QLatin1String("done")].toDouble());
    entry.all = qint64(kept[QLatin1String("all")].toDouble());
    return entry;
}

} // namespace

ConversionList::ConversionList(const QString& path) : m_path(path) {
    if (path.isEmpty() || !QDir().mkpath(QFileInfo(path).path())) return;
    auto lock = std::make_unique<QLockFile>(path + QStringLiteral(".lock"));
    lock->setStaleLockTime(0);
    if (lock->tryLock(0)) m_lock = std::move(lock);
}

QList<ConversionEntry> ConversionList::read() const {
    QFile file(m_path);
    if (!m_lock || !file.open(QIODevice::ReadOnly)) return {};
    QList<ConversionEntry> entries;
    const QJsonArray list = QJsonDocument::fromJson(file.read(kLargestList)).array();
    for (const auto& value : list) {
        const ConversionEntry entry = entryFrom(value.toObject());
        if (!entry.source.isEmpty() && !entry.target.isEmpty()) entries << entry;
    }
    return entries;
}

void ConversionList::write(const QList<ConversionEntry>& entries) const {
    if (!m_lock) return;
    QJsonArray list;
    for (const ConversionEntry& entry : entries)
        list << toJson(entry);
    QSaveFile file(m_path);
    if (file.open(QIODevice::WriteOnly)) {
        file.write(QJsonDocument(list).toJson());
        file.commit();
    }
}

} // namespace ponder
