#include "app/fit/fit_list_model.h"

#include "app/fit/disk_bandwidth.h"
#include "app/fit/fit_row_text.h"
#include "app/fit/fit_text.h"
#include "app/models/byte_text.h"
#include "engine/engine.h"

#include <QLocale>

#include <algorithm>

namespace ponder {

struct FitListModel::Answer {
    FitDevice device, machine;
    std::vector<FitRow> rows;
    QList<MemoryReceipt> receipts;
};

namespace {

FitDevice withoutDisk(const FitServices& services, const QString& wanted, const QString& whatIf) {
    const std::vector<DeviceInfo> devices = services.devices();
    const MemoryBandwidth bandwidth =
        services.processorBandwidth ? services.processorBandwidth() : MemoryBandwidth();
    const auto beside = std::find_if(devices.begin(), devices.end(), [](const DeviceInfo& device) {
        return device.kind == DeviceKind::Processor;
    });
    const DeviceInfo processor = beside == devices.end() ? DeviceInfo() : *beside;
    if (!whatIf.isEmpty())
        if (const Gpu* gpu = GpuCatalogue::builtIn().find(whatIf))
            return FitDevice::of(*gpu, processor, bandwidth.bytesPerSecond);
    auto found = findDevice(devices, wanted.toStdString());
    if (!found) found = findDevice(devices, "auto");
    return found ? FitDevice::of(*found, processor, bandwidth) : FitDevice();
}

FitDevice chosenDevice(const FitServices& services, const QList<ModelRecord>& library, const QString& wanted,
                       const QString& whatIf) {
    FitDevice device = withoutDisk(services, wanted, whatIf);
    if (services.diskBandwidth)
        device.timeDisk = calledOnce([ask = services.diskBandwidth, library] { return ask(library); });
    return device;
}

double share(std::uint64_t bytes, std::uint64_t memory) {
    return memory > 0 ? std::min(1.0, double(bytes) / double(memory)) : 0;
}

// What the device would hold; of a model that does not fit, what it would have to.
const MemoryForecast& shown(const FitChoice& choice) {
    return choice.fit.usedContext > 0 ? choice.fit.used : choice.fit.memory;
}

} // namespace

FitListModel::FitListModel(LibraryModel& library, Store& store, FitServices services, QObject* parent)
    : QAbstractListModel(parent), m_library(library), m_store(store), m_services(std::move(services)) {
    m_pool.setMaxThreadCount(1);
    connect(&library, &LibraryModel::countChanged, this, &FitListModel::expire);
}

FitListModel::~FitListModel() {
    m_pool.clear();
    m_pool.waitForDone();
}

void FitListModel::setTasks(ModelTasks& tasks) {
    m_tasks = &tasks;
    connect(&tasks, &ModelTasks::changed, this, [this] {
        if (count() > 0)
            emit dataChanged(index(0), index(count() - 1), {TaskPhaseRole, TaskProgressRole, TaskTextRole});
    });
}

void FitListModel::expire() {
    if (m_asked) refresh();
}

void FitListModel::refresh() {
    m_asked = true;
    if (!m_busy) {
        m_busy = true;
        emit busyChanged();
    }
    FitListQuestion question;
    question.contextTokens = std::uint32_t(m_contextTokens);
    question.library = m_library.models();
    question.history = m_store.speeds();
    m_pool.clear(); // an older question needs no answer any more
    m_pool.start([this, generation = ++m_generation, question = std::move(question), models = m_models,
                  services = m_services, wanted = m_wanted, whatIf = m_whatIf,
                  receipts = m_store.receipts()]() mutable {
        question.device = chosenDevice(services, question.library, wanted, whatIf);
        auto answer = std::make_shared<Answer>(
            Answer{question.device,
                   whatIf.isEmpty() ? question.device : chosenDevice(services, question.library, wanted, {}),
                   fitList(ModelCatalogue::builtIn(), question, *models), receipts});
        QMetaObject::invokeMethod(this, [this, generation, answer] { take(generation, std::move(*answer)); });
    });
}

const FitChoice* FitListModel::find(const QString& id, const QString& quantization) const {
    for (const FitRow& row : m_rows)
        for (const FitChoice& choice : row.choices)
            if (row.id == id && choice.quantization == quantization) return &choice;
    return nullptr;
}

void FitListModel::take(int generation, Answer answer) {
    if (generation != m_generation) return;
    m_device = std::move(answer.device);
    m_machine = std::move(answer.machine);
    m_receipts.clear();
    for (const MemoryReceipt& receipt : answer.receipts)
        if (receipt.device == m_device.key()) m_receipts.insert(receipt.model, receipt);
    show(std::move(answer.rows));
    if (count() > 0) emit dataChanged(index(0), index(count() - 1));
    m_gpus.setOwn(m_device);
    m_busy = false;
    emit countChanged();
    emit deviceChanged();
    emit busyChanged();
    emit forecastsChanged();
}

// What the filter lets through of some rows: what is here first, then the catalogue's own order.
std::vector<std::size_t> FitListModel::passing(const std::vector<FitRow>& rows) const {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (passes(rows[i], m_filter)) shown.push_back(i);
    std::stable_partition(shown.begin(), shown.end(), [&](std::size_t i) { return isHere(rows[i]); });
    return shown;
}

// Row by row instead of a reset, so that what the keyboard is at and what is scrolled to stay.
void FitListModel::show(std::vector<FitRow> rows) {
    const std::vector<std::size_t> wanted = passing(rows);
    const auto place = [&](const QString& id) {
        return std::find_if(wanted.begin(), wanted.end(), [&](std::size_t i) { return rows[i].id == id; });
    };
    for (int row = count() - 1; row >= 0; --row) {
        if (place(rowAt(row).id) != wanted.end()) continue;
        beginRemoveRows({}, row, row);
        m_shown.erase(m_shown.begin() + row);
        endRemoveRows();
    }
    for (std::size_t& shown : m_shown)
        shown = *place(m_rows[shown].id);
    m_rows = std::move(rows);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto at = std::find(m_shown.begin() + qsizetype(i), m_shown.end(), wanted[i]);
        const int row = int(i), from = int(at - m_shown.begin());
        if (at == m_shown.end()) {
            beginInsertRows({}, row, row);
            m_shown.insert(m_shown.begin() + row, wanted[i]);
            endInsertRows();
        } else if (from != row) {
            beginMoveRows({}, from, from, {}, row);
            std::rotate(m_shown.begin() + row, at, at + 1);
            endMoveRows();
        }
    }
}

const FitChoice& FitListModel::choiceAt(int row) const {
    const FitRow& at = rowAt(row);
    const QString chosen = m_chosen.value(at.id);
    const auto found = std::find_if(at.choices.begin(), at.choices.end(),
                                    [&](const FitChoice& choice) { return choice.quantization == chosen; });
    return found != at.choices.end() ? *found : at.choices[at.suggested];
}

int FitListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant FitListModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= rowCount()) return {};
    const FitRow& row = rowAt(index.row());
    const FitChoice& choice = choiceAt(index.row());
    switch (role) {
    case ModelIdRole:
        return row.id;
    case NameRole:
    case Qt::DisplayRole:
        return row.name;
    case HereRole:
        return !choice.path.isEmpty() && !choice.missing;
    case WhereRole:
        return whereText(choice);
    case QuantizationRole:
        return choice.quantization;
    case ChoicesRole:
        return choicesOf(row);
    case ActionRole:
        return actionOf(row, choice);
    case PathRole:
        return choice.path;
    case LibraryIdRole:
        return choice.libraryId;
    case FileBytesRole:
        return double(choice.bytes);
    case WarningRole:
        return downloadWarning(choice, deviceName());
    case TaskPhaseRole:
    case TaskProgressRole:
    case TaskTextRole:
        return taskData(row, choice, role);
    case LicenceRole:
        return row.licence;
    case LanguagesRole:
        return row.languages;
    case ScoresTextRole:
        return scoresText(row.entry);
    case ReceiptTextRole:
        return receiptText(choice.path);
    default:
        return forecastData(choice, role);
    }
}

QVariant FitListModel::taskData(const FitRow& row, const FitChoice& choice, int role) const {
    // What is here needs no task, although an older one may still be listed.
    const bool wanted = m_tasks && row.entry && choice.path.isEmpty();
    const auto task = wanted ? m_tasks->find(*row.entry, choice.quantization) : std::nullopt;
    if (role == TaskPhaseRole) return task ? task->phase : QString();
    if (role == TaskProgressRole) return task ? task->progress : -1;
    return task ? task->text : QString();
}

QVariant FitListModel::forecastData(const FitChoice& choice, int role) const {
    const std::uint64_t memory = m_device.info.memoryBytes;
    const MemoryForecast& use = shown(choice);
    switch (role) {
    case WeightsShareRole:
        return share(use.weights, memory);
    case ContextShareRole:
        return share(use.context, memory);
    case WorkShareRole:
        return share(use.workSpace + use.program, memory);
    case MemoryTextRole:
        return tr("%1 of %2").arg(memoryText(qint64(use.total())), memoryText(qint64(memory)));
    case VerdictRole:
        return verdictKey(choice);
    case VerdictTextRole:
        return verdictWords(choice);
    case VerdictDetailRole:
        return verdictReason(choice);
    case SpeedTextRole:
        return choice.known ? speedText(choice.fit.speed) : QString();
    case SourceTextRole:
        return choice.known ? sourceText(choice.fit.speed) : QString();
    case PromptTextRole:
        return choice.known ? promptText(choice.fit.speed) : QString();
    default:
        return {};
    }
}

QHash<int, QByteArray> FitListModel::roleNames() const {
    return {{ModelIdRole, "modelId"},
            {NameRole, "name"},
            {HereRole, "here"},
            {WhereRole, "where"},
            {QuantizationRole, "quantization"},
            {ChoicesRole, "choices"},
            {WeightsShareRole, "weightsShare"},
            {ContextShareRole, "contextShare"},
            {WorkShareRole, "workShare"},
            {MemoryTextRole, "memoryText"},
            {VerdictRole, "verdict"},
            {VerdictTextRole, "verdictText"},
            {VerdictDetailRole, "verdictDetail"},
            {SpeedTextRole, "speedText"},
            {SourceTextRole, "sourceText"},
            {PromptTextRole, "promptText"},
            {ActionRole, "action"},
            {PathRole, "path"},
            {LibraryIdRole, "libraryId"},
            {FileBytesRole, "fileBytes"},
            {WarningRole, "warning"},
            {TaskPhaseRole, "taskPhase"},
            {TaskProgressRole, "taskProgress"},
            {TaskTextRole, "taskText"},
            {LicenceRole, "licence"},
            {LanguagesRole, "languages"},
            {ScoresTextRole, "scoresText"},
            {ReceiptTextRole, "receiptText"}};
}

QString FitListModel::receiptText(const QString& path) const {
    const auto found = m_receipts.constFind(path);
    if (path.isEmpty() || found == m_receipts.constEnd()) return {};
    return tr("Predicted %1, used %2")
        .arg(memoryText(qint64(found->predictedBytes), 2), memoryText(qint64(found->usedBytes), 2));
}

QVariantMap FitListModel::hintsOf(const FitChoice& choice) const {
    return {{QStringLiteral("verdict"), verdictKey(choice)},
            {QStringLiteral("verdictText"), verdictText(choice.fit)},
            {QStringLiteral("verdictDetail"), verdictDetail(choice.fit)},
            {QStringLiteral("speedText"), speedText(choice.fit.speed)},
            {QStringLiteral("sourceText"), sourceText(choice.fit.speed)},
            {QStringLiteral("receiptText"), receiptText(choice.path)}};
}

QVariantMap FitListModel::hintsFor(const ModelRecord& model) const {
    for (const FitRow& row : m_rows)
        for (const FitChoice& choice : row.choices)
            if (choice.path == model.path && choice.known) return hintsOf(choice);
    return {};
}

std::function<FitDevice()> FitListModel::askMachine() const {
    return [services = m_services, library = m_library.models(), wanted = m_wanted] {
        return chosenDevice(services, library, wanted, {});
    };
}

QString FitListModel::deviceName() const { return QString::fromStdString(m_device.info.name); }

QString FitListModel::deviceDetail() const {
    const QString memory = memoryText(qint64(m_device.info.memoryBytes), 0);
    if (m_device.bandwidth <= 0) return memory;
    const double rate = m_device.bandwidth / 1e9;
    const QString bandwidth = QLocale().toString(rate, 'f', rate < 10 ? 1 : 0);
    // It may be more: it is measured again.
    if (m_device.measuredBusy)
        return tr("%1, %2 GB/s, measured while the computer was busy").arg(memory, bandwidth);
    return tr("%1, %2 GB/s").arg(memory, bandwidth);
}

QStringList FitListModel::gpuNames() const {
    QStringList names;
    for (const Gpu& gpu : GpuCatalogue::builtIn().gpus())
        names << gpu.name;
    names.sort(Qt::CaseInsensitive);
    return names;
}

void FitListModel::setWhatIf(const QString& gpu) {
    if (gpu == m_whatIf) return;
    m_whatIf = gpu;
    emit whatIfChanged();
    expire();
}

void FitListModel::setContextTokens(int tokens) {
    if (tokens == m_contextTokens || tokens < 1) return;
    m_contextTokens = tokens;
    emit contextTokensChanged();
    expire();
}

void FitListModel::setFilter(const QString& filter) {
    if (filter == m_filter) return;
    m_filter = filter;
    show(std::vector<FitRow>(m_rows)); // the forecasts hold
    emit filterChanged();
    emit countChanged();
}

void FitListModel::chooseQuantization(int row, const QString& quantization) {
    if (row < 0 || row >= count()) return;
    m_chosen.insert(rowAt(row).id, quantization);
    emit dataChanged(index(row), index(row));
}

void FitListModel::pauseTask(int row) {
    if (row >= 0 && row < count() && m_tasks && rowAt(row).entry)
        m_tasks->pause(*rowAt(row).entry, choiceAt(row).quantization);
}

void FitListModel::resumeTask(int row) {
    if (row >= 0 && row < count() && m_tasks && rowAt(row).entry)
        m_tasks->resume(*rowAt(row).entry, choiceAt(row).quantization);
}

void FitListModel::setDevice(const QString& id) {
    if (id == m_wanted) return;
    m_wanted = id;
    expire();
}

void FitListModel::retranslate() {
    if (count() > 0) emit dataChanged(index(0), index(count() - 1));
    emit deviceChanged();
    m_gpus.retranslate();
}

} // namespace ponder
