#include "app/cli/command.h"
#include "app/cli/file_type_argument.h"
#include "app/cli/text.h"
#include "app/models/byte_text.h"
#include "app/models/models_folder.h"
#include "engine/base/processor.h"
#include "engine/convert/conversion.h"

#include <QDir>
#include <nlohmann/json.hpp>

namespace ponder {
namespace {

namespace fs = std::filesystem;

// Without a name for the file: NAME-TYPE.gguf where this program keeps its models.
Result<fs::path> standardTarget(const Conversion& conversion, FileType type) {
    const QString folder = modelsFolder();
    if (!QDir().mkpath(folder))
        return Error{ErrorCode::FileUnwritable, folder.toStdString(),
                     Cli::tr("the folder cannot be made").toStdString()};
    std::string name = conversion.name();
    for (char& c : name)
        if (c == '/' || c == '\\') c = '-';
    return fs::path(folder.toStdString()) / (name + "-" + std::string(nameOf(type)) + ".gguf");
}

void showProgress(const Console& console, const ConversionProgress& progress) {
    console.progress(
        Cli::tr("%1 % of %2, %3")
            .arg(progress.bytesDone * 100 / std::max<std::uint64_t>(1, progress.bytesAll))
            .arg(byteText(static_cast<qint64>(progress.bytesAll)), QString::fromStdString(progress.tensor)));
}

int show(const Invocation& call, const Conversion& conversion, const fs::path& target, FileType type,
         std::size_t kept) {
    const Json json{
        {"file", target.string()},         {"name", conversion.name()},       {"type", nameOf(type)},
        {"bytes", conversion.fileBytes()}, {"tensors", conversion.tensors()}, {"tensors_kept", kept}};
    if (call.console.json())
        call.console.value(json);
    else
        call.console.table(json);
    return kDone;
}

// What somebody who knows the folder would miss in the file, or not expect there.
void noteDifferences(const Console& console, const ConversionPlan& plan, FileType type) {
    if (!suits(type, plan.hasExperts()))
        console.note(Cli::tr("This model has no experts: all of its matrices become Q8_0."));
    if (plan.leavesOutImages())
        console.note(Cli::tr("What sees images is left out: the file reads and writes text."));
    if (plan.leavesOutDrafts())
        console.note(Cli::tr("The layers that only guess further tokens are left out."));
}

int runConvert(const Invocation& call) {
    const QString typeName = call.arguments.has(QStringLiteral("type"))
                                 ? call.arguments.text(QStringLiteral("type"))
                                 : QStringLiteral("Q4_K_M");
    const Result<FileType> type = fileTypeArgument(typeName);
    if (!type) return call.console.fail(type.error());
    const fs::path given = call.arguments.word(1).toStdString();
    Result<Conversion> conversion = Conversion::prepare(call.arguments.word(0).toStdString(), given, *type);
    if (!conversion) return call.console.fail(conversion.error());
    if (given.empty()) {
        const Result<fs::path> standard = standardTarget(*conversion, *type);
        if (!standard) return call.console.fail(standard.error());
        conversion->setTarget(*standard);
    }
    const fs::path target = conversion->target();
    std::error_code ignored;
    if (fs::exists(target, ignored))
        return call.console.fail(
            {ErrorCode::FileUnwritable, target.string(),
             Cli::tr("it is there already; remove it or give another name").toStdString()});

    noteDifferences(call.console, conversion->plan(), *type);
    const std::size_t kept = conversion->tensorsKept();
    if (kept > 0)
        call.console.note(Cli::tr("Going on behind %1 of %2 tensors.").arg(kept).arg(conversion->tensors()));
    const Interrupt::Guard guard(call.interrupt);
    ThreadPool pool(processor().cores);
    const Result<void> done = conversion->run(pool, guard.token(), [&](const ConversionProgress& progress) {
        showProgress(call.console, progress);
    });
    call.console.progress({});
    if (!done) {
        if (done.error().code == ErrorCode::Cancelled)
            call.console.note(Cli::tr("What is done is kept. Run the same command again to go on."));
        return call.console.fail(done.error());
    }
    return show(call, *conversion, target, *type, kept);
}

} // namespace

const Command kConvertCommand{
    "convert",
    "FOLDER [OUT] [--type T] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Makes a GGUF file of a Hugging Face folder, quantized on the way."),
    "convert ~/DeepSeek-R1-Distill-Qwen-1.5B\nconvert ./my-llama my-llama.gguf --type Q8_0",
    [](Arguments& arguments) {
        arguments.takesWords({QStringLiteral("FOLDER"), QStringLiteral("OUT")}, 1);
        arguments.text(QStringLiteral("type"), QStringLiteral("T"),
                       Cli::tr("A type of the command quantize: Q2_K to F16. The default is Q4_K_M."),
                       Arguments::Presence::Optional);
    },
    runConvert,
    QT_TRANSLATE_NOOP(
        "ponder::Cli",
        "The folder holds config.json, a tokenizer and safetensors of a model. "
        "Without OUT the file goes where Ponder keeps its models. Ctrl-C pauses; the same "
        "command goes on. What AWQ quantized keeps its four-bit numbers, as Q4_1; T is then the "
        "type of the embedding and the output.")};

} // namespace ponder
