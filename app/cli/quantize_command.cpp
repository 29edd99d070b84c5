#include "app/cli/command.h"
#include "app/cli/file_type_argument.h"
#include "app/cli/text.h"
#include "engine/base/processor.h"
#include "engine/convert/gguf_quantization.h"

#include <QElapsedTimer>
#include <nlohmann/json.hpp>

namespace ponder {
namespace {

const QString kAgain = QStringLiteral("allow-requantize");

Error unusable(const QString& subject, const QString& why) {
    return {ErrorCode::BadArgument, subject.toStdString(), why.toStdString()};
}

bool isOneOf(std::span<const std::filesystem::path> parts, const std::filesystem::path& target) {
    std::error_code ignored; // a target that is not there is none of them
    return std::any_of(parts.begin(), parts.end(), [&](const std::filesystem::path& part) {
        return std::filesystem::equivalent(part, target, ignored);
    });
}

bool hasExperts(const ModelFile& source) {
    return std::any_of(source.tensors().begin(), source.tensors().end(),
                       [](const TensorInfo& tensor) { return isExpertStack(tensor.name); });
}

// What has to be said before hours of work are lost.
Result<void> check(const Invocation& call, const ModelFile& source, const GgufQuantization& quantization) {
    if (isOneOf(source.parts(), call.arguments.word(1).toStdString()))
        return unusable(call.arguments.word(1),
                        Cli::tr("the model is read from this file while it is written"));
    if (!suits(*fileType(call.arguments.word(2).toStdString()), hasExperts(source)))
        call.console.note(Cli::tr("This model has no experts: all of its matrices become Q8_0."));
    if (!quantization.quantizesAgain()) return {};
    if (!call.arguments.has(kAgain))
        return unusable(call.arguments.word(0),
                        Cli::tr("it is quantized already, and quantizing it again loses more than quantizing "
                                "the F16 or BF16 file of this model; --%1 does it nevertheless")
                            .arg(kAgain));
    call.console.note(
        Cli::tr("The weights are quantized already: the new file will be worse than one that is "
                "made from the F16 or BF16 file of this model."));
    return {};
}

std::uint64_t weightsOf(const GgufOutput& output) {
    std::uint64_t sum = 0;
    for (const GgufOutputTensor& tensor : output.tensors()) {
        std::uint64_t values = 1;
        for (const std::uint64_t extent : tensor.shape)
            values *= extent;
        sum += values;
    }
    return sum;
}

Json summary(const Invocation& call, FileType type, const GgufOutput& output, double seconds) {
    const auto weights = static_cast<double>(weightsOf(output));
    return {{"file", call.arguments.word(1).toStdString()},
            {"type", nameOf(type)},
            {"tensors", output.tensors().size()},
            {"tensor_bytes", output.tensorBytes()},
            {"seconds", seconds},
            {"weights_per_second", seconds > 0 ? weights / seconds : 0.0}};
}

int runQuantize(const Invocation& call) {
    const QString typeName = call.arguments.word(2);
    const Result<FileType> type = fileTypeArgument(typeName);
    if (!type) return call.console.fail(type.error());
    const auto source = ModelFile::open(call.arguments.word(0).toStdString());
    if (!source) return call.console.fail(source.error());
    auto quantization = GgufQuantization::plan(**source, *type);
    if (!quantization) return call.console.fail(quantization.error());
    if (const Result<void> fine = check(call, **source, *quantization); !fine)
        return call.console.fail(fine.error());

    const auto asked = static_cast<unsigned>(call.arguments.count(QStringLiteral("threads")));
    const Interrupt::Guard guard(call.interrupt);
    ThreadPool pool(asked > 0 ? asked : processor().cores);
    QElapsedTimer clock;
    clock.start();
    const auto written = quantization->write(
        call.arguments.word(1).toStdString(), pool, guard.token(), [&](const QuantizationProgress& progress) {
            call.console.progress(Cli::tr("writing %1 %").arg(progress.bytesDone * 100 / progress.bytesAll));
        });
    if (!written) return call.console.fail(written.error());
    call.console.progress({});
    const Json json =
        summary(call, *type, quantization->output(), static_cast<double>(clock.nsecsElapsed()) * 1e-9);
    if (call.console.json())
        call.console.value(json);
    else
        call.console.table(json);
    return kDone;
}

} // namespace

const Command kQuantizeCommand{
    "quantize",
    "MODEL OUT TYPE [--allow-requantize] [--threads N] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Writes a model with smaller weights: less memory, and faster replies."),
    "quantize model-f16.gguf model-q4_k_m.gguf Q4_K_M\nquantize model-00001-of-00003.gguf model.gguf Q6_K",
    [](Arguments& arguments) {
        arguments.takesWords({QStringLiteral("MODEL"), QStringLiteral("OUT"), QStringLiteral("TYPE")});
        arguments.flag(kAgain, Cli::tr("Takes a model whose weights are quantized already."));
        arguments.count(QStringLiteral("threads"), QStringLiteral("N"),
                        Cli::tr("Threads on the processor; 0 is one for each of its cores."), 0, 0, 1024);
    },
    runQuantize,
    QT_TRANSLATE_NOOP(
        "ponder::Cli",
        "Types: Q2_K, Q3_K_M, IQ4_XS, IQ4_NL, Q4_0, Q4_K_M, Q5_0, Q5_K_M, Q6_K, Q8_0, F16; and MXFP4_MOE, "
        "which has the experts of a mixture in MXFP4 and all else in Q8_0. The model should be an F32, F16 "
        "or BF16 file; a split one becomes one file.")};

} // namespace ponder
