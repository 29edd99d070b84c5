#include "app/cli/command.h"
#include "app/cli/input_file.h"
#include "app/cli/text.h"

#include <nlohmann/json.hpp>

namespace ponder {
namespace {

int runTokenize(const Invocation& call) {
    const auto file = ModelFile::open(call.arguments.model().toStdString());
    if (!file) return call.console.fail(file.error());
    const auto tokenizer = Tokenizer::fromModel(**file);
    if (!tokenizer) return call.console.fail(tokenizer.error());
    const auto text = readInput(call.arguments.text(QStringLiteral("text-file")));
    if (!text) return call.console.fail(text.error());

    const bool special = call.arguments.has(QStringLiteral("special"));
    const auto ids = (*tokenizer)->encode(*text, special ? SpecialTokens::Parse : SpecialTokens::Ignore);
    if (call.console.json()) {
        call.console.value({{"ids", ids}});
        return kDone;
    }
    for (const TokenId id : ids) {
        const Json piece = (*tokenizer)->piece(id);
        const std::string shown = piece.dump(-1, ' ', false, Json::error_handler_t::replace);
        call.console.line(QStringLiteral("%1  %2").arg(id, 7).arg(QString::fromStdString(shown)));
    }
    return kDone;
}

void declareTokenize(Arguments& arguments) {
    arguments.takesModel();
    arguments.text(QStringLiteral("text-file"), QStringLiteral("F"),
                   Cli::tr("The text to split, UTF-8; - is standard input."), Arguments::Presence::Required);
    arguments.flag(QStringLiteral("special"),
                   Cli::tr("Text that spells a special token becomes that token."));
}

} // namespace

const Command kTokenizeCommand{
    "tokenize",
    "MODEL --text-file F [--special] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Splits a text into the tokens of a model; no token is added in front."),
    "tokenize model.gguf --text-file text.txt --json\ntokenize model.gguf --text-file - --special",
    declareTokenize,
    runTokenize};

} // namespace ponder
