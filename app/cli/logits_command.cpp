#include "app/cli/logits_slices.h"
#include "app/cli/run_model.h"
#include "app/cli/text.h"

#include <QSaveFile>
#include <QtEndian>
#include <nlohmann/json.hpp>

namespace ponder {
namespace {

Error cannotWrite(const QFileDevice& file) {
    return {ErrorCode::BadArgument, file.fileName().toStdString(), file.errorString().toStdString()};
}

Result<void> writeFloats(QFileDevice& file, std::span<const float> values) {
    std::vector<float> little(values.size());
    qToLittleEndian<float>(values.data(), static_cast<qsizetype>(values.size()), little.data());
    const qint64 bytes = static_cast<qint64>(little.size()) * qint64{sizeof(float)};
    if (file.write(reinterpret_cast<const char*>(little.data()), bytes) != bytes) return cannotWrite(file);
    return {};
}

int runLogits(const Invocation& call) {
    const std::vector<TokenId> ids = call.arguments.ids(QStringLiteral("ids"));
    QSaveFile file(call.arguments.text(QStringLiteral("out")));
    if (!file.open(QIODevice::WriteOnly)) return call.console.fail(cannotWrite(file));

    const Interrupt::Guard guard(call.interrupt);
    const auto loaded = RunModel::load(call, guard.token(), static_cast<std::uint32_t>(ids.size()));
    if (!loaded) return call.console.fail(loaded.error());
    const auto write = [&](std::size_t, std::span<const float> logits) { return writeFloats(file, logits); };
    const auto done = forEachLogits(*loaded->session, ids, guard.token(), write);
    if (!done) return call.console.fail(done.error());
    if (!file.commit()) return call.console.fail(cannotWrite(file));

    const std::uint32_t vocabulary = loaded->model->config().vocabulary;
    if (call.console.json())
        call.console.value(
            {{"tokens", ids.size()}, {"vocabulary", vocabulary}, {"device", loaded->model->device().id}});
    else
        call.console.line(Cli::tr("%1 x %2 logits written").arg(ids.size()).arg(vocabulary));
    return kDone;
}

void declareLogits(Arguments& arguments) {
    arguments.takesModel();
    arguments.takesDevice();
    arguments.ids(QStringLiteral("ids"), Cli::tr("The tokens, at consecutive positions from 0."),
                  Arguments::Presence::Required);
    arguments.text(QStringLiteral("out"), QStringLiteral("F"),
                   Cli::tr("The file to write: little-endian 32-bit floats, tokens x vocabulary."),
                   Arguments::Presence::Required);
}

} // namespace

const Command kLogitsCommand{
    "logits",
    "MODEL --ids 1,2,3 --out F [--device D] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Writes the logits of every position to a file."),
    "logits model.gguf --ids 1,2,3 --out logits.f32 --device reference",
    declareLogits,
    runLogits};

} // namespace ponder
