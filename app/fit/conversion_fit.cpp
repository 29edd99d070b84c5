#include "app/fit/conversion_fit.h"

#include <algorithm>

namespace ponder {
namespace {

FitChoice choiceOf(const FitModel& model, std::uint64_t bytes, const FitDevice& device,
                   const FitQuestion& question) {
    FitChoice choice;
    choice.quantization = model.quantization();
    choice.bytes = bytes;
    if (const CatalogueQuantization* rated = ModelCatalogue::builtIn().findQuantization(model.quantization()))
        choice.quality = rated->quality;
    choice.fit = forecastFit(model, device, question);
    choice.known = true;
    return choice;
}

bool isQuantized(const ModelFile& file) {
    return std::any_of(file.tensors().begin(), file.tensors().end(),
                       [](const TensorInfo& tensor) { return typeTraits(tensor.type)->blockValues > 1; });
}

bool hasExperts(const ModelFile& file) {
    return std::any_of(file.tensors().begin(), file.tensors().end(),
                       [](const TensorInfo& tensor) { return isExpertStack(tensor.name); });
}

QString textOf(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

} // namespace

std::vector<FitChoice> folderChoices(const FolderSummary& folder, const FitDevice& device,
                                     const FitQuestion& question) {
    std::vector<FitChoice> out;
    for (const FolderSummary::Output& output : folder.outputs) {
        const auto formats = [&](const TensorPlace& place) { return folder.format(output.type, place); };
        const FitModel model(QString::fromStdString(folder.name), folder.config, formats,
                             textOf(nameOf(output.type)));
        out.push_back(choiceOf(model, output.bytes, device, question));
        if (folder.awq()) out.back().quality.reset(); // the four bits of AWQ decide
    }
    return out;
}

Result<MergeChoices> mergeChoices(const std::filesystem::path& base, std::span<const AdapterUse> adapters,
                                  const FitDevice& device, const FitQuestion& question) {
    const auto file = ModelFile::open(base);
    if (!file) return file.error();
    const Result<AdapterMerge> same = AdapterMerge::plan(**file, adapters, std::nullopt);
    if (!same && same.error().code != ErrorCode::CannotConvert) return same.error();
    const Result<FitModel> model = FitModel::open(base);
    if (!model) return model.error();
    MergeChoices out;
    if (same) out.asItIs = choiceOf(*model, same->output().tensorBytes(), device, question);
    out.losesPrecision = isQuantized(**file);
    const bool experts = hasExperts(**file);
    for (const FileType type : kFileTypes) {
        if (!suits(type, experts)) continue;
        const Result<AdapterMerge> other = AdapterMerge::plan(**file, adapters, type);
        if (!other) return other.error();
        const FitModel merged(model->name(), model->config(), type);
        out.others.push_back(choiceOf(merged, other->output().tensorBytes(), device, question));
    }
    // How good a type is, is known for weights that come from the unquantized model.
    if (out.losesPrecision) {
        if (out.asItIs) out.asItIs->quality.reset();
        for (FitChoice& choice : out.others)
            choice.quality.reset();
    }
    return out;
}

} // namespace ponder
