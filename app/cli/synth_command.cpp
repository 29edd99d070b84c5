#include "app/cli/command.h"
#include "app/cli/file_type_argument.h"
#include "app/cli/random_weights.h"
#include "app/cli/synth_file.h"
#include "app/cli/text.h"

#include <nlohmann/json.hpp>

namespace ponder {
namespace {

const QString kSize = QStringLiteral("size");
constexpr std::size_t kPiece = std::size_t{16} << 20; // bytes that are in memory at once, about

QString shapeNames() {
    QStringList out;
    for (const SynthShape& shape : synthShapes())
        out << QString::fromUtf8(shape.name.data(), static_cast<qsizetype>(shape.name.size()));
    return out.join(QStringLiteral(", "));
}

Error unknown(const QString& word, const QString& allowed) {
    return {ErrorCode::BadArgument, word.toStdString(),
            Cli::tr("give one of: %1").arg(allowed).toStdString()};
}

Result<void> writeTensors(const Invocation& call, GgufOutput& output, std::stop_token stop) {
    RandomWeights random(1);
    std::vector<std::byte> piece;
    std::uint64_t done = 0;
    for (const GgufOutputTensor& tensor : output.tensors()) {
        const std::uint64_t block = typeTraits(tensor.type)->blockBytes;
        for (std::uint64_t left = tensor.bytes; left > 0;) {
            if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
            piece.resize(std::min<std::uint64_t>(left, kPiece / block * block));
            random.fill(tensor, piece);
            if (const Result<void> written = output.write(piece); !written) return written;
            left -= piece.size();
            done += piece.size();
            call.console.progress(Cli::tr("writing %1 %").arg(done * 100 / output.tensorBytes()));
        }
    }
    call.console.progress({});
    return output.finish();
}

int runSynth(const Invocation& call) {
    const QString shapeName = call.arguments.word(0), typeName = call.arguments.word(1);
    const std::string name = shapeName.toStdString();
    std::optional<SynthShape> shape = findShape(name);
    if (!shape) return call.console.fail(unknown(shapeName, shapeNames()));
    const Result<FileType> type = fileTypeArgument(typeName);
    if (!type) return call.console.fail(type.error());
    if (const double gigabytes = call.arguments.number(kSize); gigabytes > 0)
        shape = cutTo(static_cast<std::uint64_t>(gigabytes * 1e9), *shape, *type);

    const Interrupt::Guard guard(call.interrupt);
    GgufOutput output = planFile(*shape, *type);
    if (const Result<void> begun = output.begin(call.arguments.word(2).toStdString()); !begun)
        return call.console.fail(begun.error());
    if (const Result<void> written = writeTensors(call, output, guard.token()); !written)
        return call.console.fail(written.error());
    const Json json{{"file", call.arguments.word(2).toStdString()},
                    {"shape", shape->name},
                    {"tensors", output.tensors().size()},
                    {"tensor_bytes", output.tensorBytes()}};
    if (call.console.json())
        call.console.value(json);
    else
        call.console.table(json);
    return kDone;
}

} // namespace

const Command kSynthCommand{
    "synth",
    "SHAPE TYPE OUT [--size GB] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli",
                      "Writes a model of a real shape with random weights, to measure speed with."),
    "synth r1-qwen-7b Q4_K_M random-7b.gguf\nsynth qwen3-30b-a3b Q4_K_M random-a3b.gguf --size 6",
    [](Arguments& arguments) {
        arguments.takesWords({QStringLiteral("SHAPE"), QStringLiteral("TYPE"), QStringLiteral("OUT")});
        arguments.number(kSize, QStringLiteral("GB"),
                         Cli::tr("Leaves out layers until the tensors fit so many GB."), 0, 0, 1e6);
    },
    runSynth,
    QT_TRANSLATE_NOOP(
        "ponder::Cli",
        "Shapes: qwen2.5-0.5b, r1-qwen-1.5b, r1-qwen-7b, r1-qwen-14b, r1-qwen-32b, r1-llama-8b; tiny-qwen "
        "and tiny-llama for tests; models of the catalogue by their short names, such as qwen3-8b.\nTypes: "
        "those "
        "of quantize. What such a model writes has no meaning.")};

} // namespace ponder
