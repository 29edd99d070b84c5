#include "app/cli/run_model.h"
#include "app/cli/text.h"
#include "engine/base/processor.h"
#include "engine/convert/adapter_merge.h"

#include <nlohmann/json.hpp>

namespace ponder {
namespace {

int runMerge(const Invocation& call) {
    const QStringList words = call.arguments.words();
    const std::filesystem::path base = words.constFirst().toStdString(),
                                target = words.constLast().toStdString();
    std::optional<FileType> type;
    if (const QString name = call.arguments.text(QStringLiteral("type")); !name.isEmpty()) {
        type = fileType(name.toStdString());
        if (!type)
            return call.console.fail(
                {ErrorCode::BadArgument, "--type", Cli::tr("give a type, as in Q4_K_M").toStdString()});
    }
    std::vector<AdapterUse> adapters;
    for (const QString& word : words.mid(1, words.size() - 2))
        adapters.push_back(adapterUse(word));
    std::error_code ignored; // what is not there is not the same
    if (std::filesystem::equivalent(base, target, ignored))
        return call.console.fail(
            {ErrorCode::BadArgument, target.string(),
             Cli::tr("the model is read from this file while it is written").toStdString()});

    const auto file = ModelFile::open(base);
    if (!file) return call.console.fail(file.error());
    auto merge = AdapterMerge::plan(**file, adapters, type);
    if (!merge) return call.console.fail(merge.error());
    const Interrupt::Guard guard(call.interrupt);
    ThreadPool pool(processor().cores);
    const auto written = merge->write(target, pool, guard.token(), [&](const QuantizationProgress& progress) {
        call.console.progress(Cli::tr("writing %1 %").arg(progress.bytesDone * 100 / progress.bytesAll));
    });
    call.console.progress({});
    if (!written) return call.console.fail(written.error());
    const Json json{{"file", target.string()},
                    {"adapters", adapters.size()},
                    {"tensors", merge->output().tensors().size()},
                    {"tensor_bytes", merge->output().tensorBytes()}};
    if (call.console.json())
        call.console.value(json);
    else
        call.console.table(json);
    return kDone;
}

void declareMerge(Arguments& arguments) {
    arguments.takesWords({QStringLiteral("BASE"), QStringLiteral("ADAPTER"), QStringLiteral("OUT")});
    arguments.takesFreeWords();
    arguments.text(QStringLiteral("type"), QStringLiteral("TYPE"),
                   Cli::tr("The file type to write. By default every tensor keeps its format."),
                   Arguments::Presence::Optional);
}

} // namespace

const Command kMergeCommand{
    "merge",
    "BASE ADAPTER[:STRENGTH]... OUT [--type TYPE] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Writes a model and LoRA adapters as one new model."),
    "merge base.gguf style.gguf merged.gguf\nmerge base.gguf style.gguf:0.5 peft-folder merged.gguf --type "
    "Q4_K_M",
    declareMerge,
    runMerge,
    QT_TRANSLATE_NOOP(
        "ponder::Cli",
        "Adapters are GGUF files or PEFT folders; their effects add up. A quantized base is encoded "
        "anew\nwhere it changes, which loses a little; an F16 base loses least.")};

} // namespace ponder
