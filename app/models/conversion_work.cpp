#include "app/models/conversion_work.h"

#include "engine/base/processor.h"
#include "engine/convert/adapter_merge.h"
#include "engine/convert/conversion.h"

#include <QDir>
#include <QFileInfo>

namespace ponder {
namespace {

std::filesystem::path pathOf(const QString& text) { return text.toStdU16String(); }

Result<void> convert(const ConversionEntry& entry, FileType type, const std::stop_token& stop,
                     const ConversionReport& report) {
    Result<Conversion> conversion = Conversion::prepare(pathOf(entry.source), pathOf(entry.target), type);
    if (!conversion) return conversion.error();
    ThreadPool pool(processor().cores);
    return conversion->run(pool, stop, [&](const ConversionProgress& progress) {
        report(qint64(progress.bytesDone), qint64(progress.bytesAll));
    });
}

Result<void> merge(const ConversionEntry& entry, std::optional<FileType> type, const std::stop_token& stop,
                   const ConversionReport& report) {
    std::vector<AdapterUse> adapters;
    for (const ModelAdapter& adapter : entry.adapters)
        adapters.push_back({pathOf(adapter.path), static_cast<float>(adapter.strength)});
    const auto base = ModelFile::open(pathOf(entry.source));
    if (!base) return base.error();
    Result<AdapterMerge> plan = AdapterMerge::plan(**base, adapters, type);
    if (!plan) return plan.error();
    ThreadPool pool(processor().cores);
    return plan->write(pathOf(entry.target), pool, stop, [&](const QuantizationProgress& progress) {
        report(qint64(progress.bytesDone), qint64(progress.bytesAll));
    });
}

// What AWQ quantized becomes Q4_1 whatever the type is, and the catalogue calls the whole file so.
std::optional<FileType> typeNamed(const QString& quantization) {
    return quantization == u"Q4_1" ? FileType::F16 : fileType(quantization.toStdString());
}

} // namespace

Result<void> runConversion(const ConversionEntry& entry, const std::stop_token& stop,
                           const ConversionReport& report) {
    if (QFileInfo::exists(entry.target)) return {};
    const std::optional<FileType> type = typeNamed(entry.quantization);
    if (!type && !entry.keepsFormats)
        return Error{ErrorCode::BadArgument, entry.quantization.toStdString(), {}};
    QDir().mkpath(QFileInfo(entry.target).path());
    if (!entry.merges()) return convert(entry, *type, stop, report);
    return merge(entry, entry.keepsFormats ? std::nullopt : type, stop, report);
}

void discardConversion(const ConversionEntry& entry) { Conversion::discard(pathOf(entry.target)); }

} // namespace ponder
