#include "app/models/conversion_jobs.h"

#include "app/chat/error_text.h"
#include "app/models/adapter_model.h"
#include "app/models/byte_text.h"
#include "app/models/conversion_work.h"
#include "engine/convert/folder_metadata.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>

#include <algorithm>
#include <array>

namespace ponder {
namespace {

constexpr qint64 kReportMs = 100;
constexpr std::array kStates{"waiting", "running", "paused", "failed", "done"};

// Short enough for every file system, with what is added to it.
QString nameOfFile(QString name) {
    constexpr qsizetype kMostBytes = 180;
    for (QChar& c : name)
        if (c == u'/' || c == u'\\' || c < u' ') c = u'-';
    while (name.toUtf8().size() > kMostBytes)
        name.chop(1);
    return name.isEmpty() || name.startsWith(u'.') ? u'_' + name : name;
}

QString textOf(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

ConversionJobs::ConversionJobs(const QString& listPath, LibraryModel& library, Check check,
                               std::function<QString()> modelsFolder, QObject* parent)
    : QAbstractListModel(parent), m_library(library), m_check(std::move(check)),
      m_modelsFolder(std::move(modelsFolder)), m_list(listPath), m_entries(m_list.read()) {
    m_pool.setMaxThreadCount(1);
    for (ConversionEntry& entry : m_entries)
        entry.id = ++m_lastId;
    startNext();
}

// What runs is stopped as by a pause, but stays on the list as what goes on by itself.
ConversionJobs::~ConversionJobs() {
    m_stop.request_stop();
    m_pool.waitForDone();
}

int ConversionJobs::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QHash<int, QByteArray> ConversionJobs::roleNames() const {
    return {{NameRole, "name"},   {DetailTextRole, "detailText"}, {ProgressRole, "progress"},
            {StateRole, "state"}, {ErrorTextRole, "errorText"},   {PathRole, "path"}};
}

QVariant ConversionJobs::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const ConversionEntry& entry = m_entries[index.row()];
    switch (role) {
    case NameRole:
        return entry.name;
    case DetailTextRole:
        return detailText(entry);
    case ProgressRole:
        return entry.all > 0 ? double(entry.done) / double(entry.all) : -1;
    case StateRole:
        return QLatin1String(kStates.at(std::size_t(entry.step)));
    case ErrorTextRole:
        return entry.error ? errorText(*entry.error) : QString();
    case PathRole:
        return entry.target;
    default:
        return {};
    }
}

QString ConversionJobs::detailText(const ConversionEntry& entry) const {
    switch (entry.step) {
    case ConversionStep::Waiting:
        return tr("%1 · waiting").arg(entry.quantization);
    case ConversionStep::Done:
        return tr("Ready · %1 · %2").arg(entry.quantization, byteText(entry.all));
    case ConversionStep::Paused:
        if (entry.merges()) return tr("%1 · begins anew when it is resumed").arg(entry.quantization);
        [[fallthrough]];
    default:
        return entry.all == 0
                   ? entry.quantization
                   : tr("%1 · %2 of %3").arg(entry.quantization, byteText(entry.done), byteText(entry.all));
    }
}

// A name that no file and no other conversion has.
QString ConversionJobs::freeTarget(const QString& name, const QString& quantization) const {
    const QString start = m_modelsFolder() + u'/' + nameOfFile(name) + u'-' + quantization;
    const auto taken = [this](const QString& path) {
        return QFileInfo::exists(path) ||
               std::any_of(m_entries.begin(), m_entries.end(),
                           [&](const auto& entry) { return entry.target == path; });
    };
    QString path = start + QStringLiteral(".gguf");
    for (int number = 2; taken(path); ++number)
        path = QStringLiteral("%1 %2.gguf").arg(start).arg(number);
    return path;
}

void ConversionJobs::start(const QString& folder, const QString& quantization) {
    ConversionEntry entry;
    entry.source = folder;
    entry.quantization = quantization;
    const Result<FolderMetadata> metadata = FolderMetadata::read(folder.toStdU16String());
    entry.name = metadata ? textOf(metadata->notes().name) : QFileInfo(folder).fileName();
    if (!metadata) {
        entry.step = ConversionStep::Failed;
        entry.error = metadata.error();
    }
    append(std::move(entry));
}

void ConversionJobs::merge(const QString& modelId, const QString& quantization) {
    const ModelRecord* base = m_library.find(modelId);
    if (!base) return;
    ConversionEntry entry;
    entry.source = base->path;
    entry.name = base->label();
    for (const ModelAdapter& adapter : base->settings.adapters)
        if (adapter.applied && adapter.strength != 0) {
            entry.adapters << adapter;
            entry.name += QStringLiteral(" + ") + adapterName(adapter.path);
        }
    if (!entry.merges()) return;
    entry.keepsFormats = quantization.isEmpty();
    entry.quantization = entry.keepsFormats ? base->quantization : quantization;
    append(std::move(entry));
}

void ConversionJobs::append(ConversionEntry entry) {
    entry.id = ++m_lastId;
    entry.target = freeTarget(entry.name, entry.quantization);
    beginInsertRows({}, count(), count());
    m_entries << entry;
    endInsertRows();
    emit countChanged();
    m_list.write(m_entries);
    startNext();
}

void ConversionJobs::startNext() {
    if (m_running != 0) return;
    auto next = std::find_if(m_entries.begin(), m_entries.end(), [](const ConversionEntry& entry) {
        return entry.step == ConversionStep::Waiting;
    });
    if (next == m_entries.end()) return;
    m_running = next->id;
    if (next->merges()) next->done = 0;
    m_cancelled = false;
    m_stop = std::stop_source();
    setStep(int(next - m_entries.begin()), ConversionStep::Running);
    m_pool.start([this, entry = *next, stop = m_stop.get_token()] { work(entry, stop); });
}

// On the worker thread.
void ConversionJobs::work(const ConversionEntry& entry, const std::stop_token& stop) {
    QElapsedTimer last;
    const Result<void> done = runConversion(entry, stop, [&](qint64 bytes, qint64 all) {
        if (last.isValid() && last.elapsed() < kReportMs) return;
        last.start();
        QMetaObject::invokeMethod(
            this, [this, id = entry.id, bytes, all] { show(id, bytes, all); }, Qt::QueuedConnection);
    });
    Ending ending;
    if (done) {
        const Result<ModelRecord> record = m_check(entry.target);
        if (record)
            ending.record = *record;
        else
            ending.error = record.error();
    } else {
        ending.error = done.error();
    }
    QMetaObject::invokeMethod(
        this, [this, id = entry.id, ending] { end(id, ending); }, Qt::QueuedConnection);
}

void ConversionJobs::show(int id, qint64 done, qint64 all) {
    const int row = rowOf(id);
    if (row < 0) return;
    m_entries[row].done = done;
    m_entries[row].all = all;
    emit dataChanged(index(row), index(row), {DetailTextRole, ProgressRole});
}

void ConversionJobs::end(int id, const Ending& ending) {
    m_running = 0;
    const int row = rowOf(id);
    ConversionEntry& entry = m_entries[row];
    if (m_cancelled && !ending.record) {
        discardConversion(entry);
        remove(row);
    } else if (ending.record) {
        const ModelRecord record = withHeritage(*ending.record, entry);
        entry.done = entry.all = record.bytes;
        const QString model = m_library.put(record); // first: a row that is done is not done again
        m_library.flush();
        setStep(row, ConversionStep::Done);
        emit finished(model, record.path);
    } else if (ending.error->code == ErrorCode::Cancelled) {
        setStep(row, ConversionStep::Paused);
    } else {
        entry.error = ending.error;
        setStep(row, ConversionStep::Failed);
    }
    startNext();
}

// What the base's file does not say itself, but the library knew of it, holds for the merged one too.
ModelRecord ConversionJobs::withHeritage(ModelRecord record, const ConversionEntry& entry) const {
    record.source = ModelSource::Converted;
    const ModelRecord* base = entry.merges() ? m_library.findPath(entry.source) : nullptr;
    if (!base) return record;
    if (record.licence.isEmpty()) record.licence = base->licence;
    if (record.languages.isEmpty()) record.languages = base->languages;
    record.settings = base->settings;
    record.settings.adapters.clear();
    return record;
}

void ConversionJobs::pause(int row) {
    if (row < 0 || row >= count()) return;
    if (m_entries[row].id == m_running) m_stop.request_stop();
    if (m_entries[row].step == ConversionStep::Waiting) setStep(row, ConversionStep::Paused);
}

void ConversionJobs::resume(int row) {
    if (row < 0 || row >= count()) return;
    const ConversionStep step = m_entries[row].step;
    if (step != ConversionStep::Paused && step != ConversionStep::Failed) return;
    m_entries[row].error.reset();
    setStep(row, ConversionStep::Waiting);
    startNext();
}

void ConversionJobs::cancel(int row) {
    if (row < 0 || row >= count()) return;
    if (m_entries[row].id == m_running) {
        m_cancelled = true;
        m_stop.request_stop();
        return;
    }
    if (m_entries[row].step != ConversionStep::Done) discardConversion(m_entries[row]);
    remove(row);
}

bool ConversionJobs::has(const QString& folder, const QString& quantization) const {
    return std::any_of(m_entries.begin(), m_entries.end(), [&](const ConversionEntry& entry) {
        return entry.source == folder && entry.quantization == quantization && !entry.merges() &&
               (entry.step != ConversionStep::Done || m_library.findPath(entry.target));
    });
}

int ConversionJobs::rowOf(int id) const {
    for (int row = 0; row < count(); ++row)
        if (m_entries[row].id == id) return row;
    return -1;
}

void ConversionJobs::remove(int row) {
    beginRemoveRows({}, row, row);
    m_entries.removeAt(row);
    endRemoveRows();
    emit countChanged();
    m_list.write(m_entries);
}

void ConversionJobs::setStep(int row, ConversionStep step) {
    m_entries[row].step = step;
    emit dataChanged(index(row), index(row));
    m_list.write(m_entries);
}

void ConversionJobs::retranslate() {
    if (count() > 0) emit dataChanged(index(0), index(count() - 1), {DetailTextRole, ErrorTextRole});
}

} // namespace ponder
