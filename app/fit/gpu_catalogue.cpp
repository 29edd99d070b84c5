#include "app/fit/gpu_catalogue.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

namespace ponder {
namespace {

// The file is the program's own: what is wrong with it is for a bug report.
Error refusal(const std::string& why) { return {ErrorCode::Internal, {}, "gpus.json: " + why}; }

// "AMD Radeon(TM) RX 6700 XT" and "amd radeon rx6700xt" are one name.
QString exactKey(const QString& name) {
    static const QRegularExpression marks(QStringLiteral(R"(\((?:tm|r|c)\)|[™®©])"));
    static const QRegularExpression spaces(QStringLiteral(R"([\s_]+)"));
    return name.toLower().remove(marks).remove(spaces);
}

// What is left when everything goes that one driver says and another does not: brackets, the vendor, the
// brand and the memory size.
QString looseKey(const QString& name) {
    static const QRegularExpression marks(QStringLiteral(R"(\((?:tm|r|c)\)|[™®©])"));
    static const QRegularExpression brackets(QStringLiteral(R"(\([^)]*\))"));
    static const QRegularExpression words(
        QStringLiteral(R"(\b(?:nvidia|amd|ati|intel|apple|geforce|radeon|graphics|gpu|\d+\s*gb)\b)"));
    static const QRegularExpression spaces(QStringLiteral(R"([\s_]+)"));
    return name.toLower().remove(marks).remove(brackets).remove(words).remove(spaces);
}

// "RTX 3060 12 GB" says which of the two is meant; 0: it does not say.
double memoryGbIn(const QString& name) {
    static const QRegularExpression size(QStringLiteral(R"(\b(\d+)\s*gb\b)"),
                                         QRegularExpression::CaseInsensitiveOption);
    return size.match(name).captured(1).toDouble();
}

std::optional<Gpu> readGpu(const QJsonObject& row) {
    Gpu gpu;
    gpu.name = row.value(u"name").toString();
    gpu.aliases = row.value(u"aliases").toVariant().toStringList();
    gpu.vendor = row.value(u"vendor").toString();
    gpu.memoryGb = row.value(u"memory_gb").toDouble();
    gpu.bandwidthGbS = row.value(u"bandwidth_gb_s").toDouble();
    gpu.busBits = row.value(u"bus_bits").toInt();
    gpu.memoryGbps = row.value(u"memory_gbps").toDouble();
    gpu.year = row.value(u"year").toInt();
    if (const QJsonValue price = row.value(u"price_usd"); price.isDouble()) gpu.priceUsd = price.toInt();
    gpu.unified = row.value(u"unified").toBool();
    gpu.source = row.value(u"source").toString();
    const bool whole =
        !gpu.name.isEmpty() && !gpu.vendor.isEmpty() && gpu.memoryGb > 0 && gpu.bandwidthGbS > 0;
    return whole ? std::optional(gpu) : std::nullopt;
}

} // namespace

const GpuCatalogue& GpuCatalogue::builtIn() {
    // The file is part of the program and the tests parse it, so that the empty catalogue is never met.
    static const GpuCatalogue catalogue = [] {
        QFile file(QStringLiteral(":/catalogue/gpus.json"));
        if (!file.open(QIODevice::ReadOnly)) return GpuCatalogue{};
        Result<GpuCatalogue> parsed = parse(file.readAll());
        return parsed ? *std::move(parsed) : GpuCatalogue{};
    }();
    return catalogue;
}

Result<GpuCatalogue> GpuCatalogue::parse(const QByteArray& json) {
    QJsonParseError wrong;
    const QJsonDocument document = QJsonDocument::fromJson(json, &wrong);
    if (wrong.error != QJsonParseError::NoError) return refusal(wrong.errorString().toStdString());
    GpuCatalogue catalogue;
    const QJsonArray rows = document.object().value(u"gpus").toArray();
    catalogue.m_gpus.reserve(std::size_t(rows.size()));
    for (const QJsonValue row : rows) {
        std::optional<Gpu> gpu = readGpu(row.toObject());
        if (!gpu) return refusal("row " + std::to_string(catalogue.m_gpus.size() + 1));
        catalogue.m_gpus.push_back(*std::move(gpu));
    }
    if (catalogue.m_gpus.empty()) return refusal("gpus");
    catalogue.index();
    return catalogue;
}

void GpuCatalogue::index() {
    const auto add = [](auto& table, const QString& key, std::size_t row) {
        std::vector<std::size_t>& rows = table[key];
        if (rows.empty() || rows.back() != row) rows.push_back(row);
    };
    for (std::size_t row = 0; row < m_gpus.size(); ++row) {
        for (const QString& name : m_gpus[row].aliases + QStringList{m_gpus[row].name}) {
            add(m_exact, exactKey(name), row);
            add(m_loose, looseKey(name), row);
        }
    }
}

const std::vector<std::size_t>* GpuCatalogue::rowsCalled(const QString& driverName) const {
    if (const auto found = m_exact.constFind(exactKey(driverName)); found != m_exact.cend()) return &*found;
    const QString key = looseKey(driverName);
    const auto found = m_loose.constFind(key);
    return key.isEmpty() || found == m_loose.cend() ? nullptr : &*found;
}

std::vector<const Gpu*> GpuCatalogue::allCalled(const QString& driverName) const {
    std::vector<const Gpu*> out;
    const double memoryGb = memoryGbIn(driverName);
    if (const std::vector<std::size_t>* found = rowsCalled(driverName))
        for (const std::size_t row : *found)
            if (memoryGb == 0 || m_gpus[row].memoryGb == memoryGb) out.push_back(&m_gpus[row]);
    return out;
}

const Gpu* GpuCatalogue::find(const QString& driverName, std::uint64_t memoryBytes) const {
    const std::vector<std::size_t>* found = rowsCalled(driverName);
    if (!found) return nullptr;
    if (memoryBytes == 0) {
        const std::vector<const Gpu*> called = allCalled(driverName);
        return called.empty() ? nullptr : called.front();
    }
    // A driver reports somewhat less than was sold, or a twentieth more where it shows a window of the memory
    // again.
    const double gb = 0.95 * double(memoryBytes) / double(1u << 30);
    const auto worse = [&](std::size_t a, std::size_t b) {
        const double x = m_gpus[a].memoryGb, y = m_gpus[b].memoryGb;
        if ((x < gb) != (y < gb)) return x < gb;
        return x < gb ? x < y : x > y;
    };
    std::size_t best = found->front();
    for (const std::size_t row : *found)
        if (worse(best, row)) best = row;
    return &m_gpus[best];
}

} // namespace ponder
