#include "app/fit/gpu_list_model.h"

#include "app/fit/fit_text.h"

#include <QLocale>

namespace ponder {

template<class T>
void GpuListModel::change(T& member, const T& value) {
    if (value == member) return;
    member = value;
    update();
    emit questionChanged();
}

void GpuListModel::setModelId(const QString& id) { change(m_modelId, id); }
void GpuListModel::setQuantization(const QString& quantization) { change(m_quantization, quantization); }
void GpuListModel::setContextTokens(int tokens) { change(m_contextTokens, std::max(tokens, 0)); }
void GpuListModel::setVendor(const QString& vendor) { change(m_vendor, vendor); }
void GpuListModel::setFittingOnly(bool only) { change(m_fittingOnly, only); }

void GpuListModel::setOwn(const FitDevice& own) {
    m_own = own;
    update();
}

void GpuListModel::update() {
    beginResetModel();
    m_rows.clear();
    m_machines.clear();
    m_together = false;
    const FitChoice* choice = m_find(m_modelId, m_quantization);
    if (choice && choice->known) {
        const FitModel& model = *choice->model;
        const GpuCatalogue& catalogue = GpuCatalogue::builtIn();
        const auto context = std::uint32_t(m_contextTokens);
        if (choice->fit.verdict == FitVerdict::DoesNotFit)
            m_machines = neededMachines(catalogue, model, m_own, context);
        m_rows = gpuList(catalogue, model, context);
        m_together = needsSeveral(m_rows);
        if (m_together) m_rows = gpusTogether(m_rows, model);
        std::erase_if(m_rows, [&](const GpuRow& row) {
            return (m_fittingOnly && !fitsWhole(row.fit.verdict)) ||
                   (!m_vendor.isEmpty() && row.gpu->vendor != m_vendor);
        });
    }
    endResetModel();
    emit countChanged();
}

QStringList GpuListModel::machines() const {
    QStringList sentences;
    for (const NeededMachine& machine : m_machines)
        sentences << machineText(machine);
    return sentences;
}

QStringList GpuListModel::vendors() const {
    QStringList vendors;
    for (const Gpu& gpu : GpuCatalogue::builtIn().gpus())
        if (!vendors.contains(gpu.vendor)) vendors << gpu.vendor;
    vendors.sort();
    return vendors;
}

int GpuListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant GpuListModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= count()) return {};
    const auto& [gpu, fit, together] = m_rows[std::size_t(index.row())];
    switch (role) {
    case NameRole:
    case Qt::DisplayRole:
        return gpu->name;
    case VendorRole:
        return gpu->vendor;
    case MemoryTextRole:
        return tr("%1 GB").arg(QLocale().toString(gpu->memoryGb));
    case BandwidthTextRole:
        return tr("%1 GB/s").arg(QLocale().toString(gpu->bandwidthGbS));
    case VerdictRole:
        return QLatin1String(verdictName(fit.verdict));
    case VerdictTextRole:
        return together > 1 ? tr("%n together", "so many cards", together) : verdictText(fit);
    case VerdictDetailRole:
        return verdictDetail(fit);
    case SpeedTextRole:
        return speedText(fit.speed);
    case PriceTextRole:
        return gpu->priceUsd ? tr("about $%1").arg(QLocale().toString(*gpu->priceUsd)) : QString();
    case YearTextRole:
        return gpu->year > 0 ? QString::number(gpu->year) : QString();
    default:
        return {};
    }
}

QHash<int, QByteArray> GpuListModel::roleNames() const {
    return {{NameRole, "name"},
            {VendorRole, "vendor"},
            {MemoryTextRole, "memoryText"},
            {BandwidthTextRole, "bandwidthText"},
            {VerdictRole, "verdict"},
            {VerdictTextRole, "verdictText"},
            {VerdictDetailRole, "verdictDetail"},
            {SpeedTextRole, "speedText"},
            {PriceTextRole, "priceText"},
            {YearTextRole, "yearText"}};
}

void GpuListModel::retranslate() {
    if (count() > 0) emit dataChanged(index(0), index(count() - 1));
}

} // namespace ponder
