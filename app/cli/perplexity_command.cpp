#include "app/cli/input_file.h"
#include "app/cli/logits_slices.h"
#include "app/cli/run_model.h"
#include "app/cli/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ponder {
namespace {

// What published figures are mostly measured over: one context of 512 tokens.
constexpr quint64 kUsualTokens = 512;

// -log softmax(logits)[token], in f64.
double negativeLogLikelihood(std::span<const float> logits, TokenId token) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    const double sum = std::accumulate(logits.begin(), logits.end(), 0.0, [&](double total, float value) {
        return total + std::exp(value - largest);
    });
    return std::log(sum) + largest - logits[token];
}

// How surprising every token of one context is, the first left out: nothing stands before it.
Result<void> score(const RunModel& loaded, std::span<const TokenId> ids, std::stop_token stop,
                   std::vector<double>& nll) {
    const std::size_t vocabulary = loaded.model->config().vocabulary;
    return forEachLogits(*loaded.session, ids, stop, [&](std::size_t first, std::span<const float> logits) {
        const std::size_t rows = logits.size() / vocabulary;
        for (std::size_t row = 0; row < rows && first + row + 1 < ids.size(); ++row)
            nll.push_back(
                negativeLogLikelihood(logits.subspan(row * vocabulary, vocabulary), ids[first + row + 1]));
        return Result<void>();
    });
}

Result<std::vector<TokenId>> tokensOf(const Invocation& call, const Tokenizer& tokenizer) {
    const auto text = readInput(call.arguments.text(QStringLiteral("text-file")));
    if (!text) return text.error();
    std::vector<TokenId> ids = tokenizer.encode(*text, SpecialTokens::Ignore);
    if (tokenizer.addBos() && tokenizer.bos()) ids.insert(ids.begin(), *tokenizer.bos());
    if (const auto most = call.arguments.count(QStringLiteral("tokens")); most > 0 && ids.size() > most) {
        call.console.note(Cli::tr("The text has %1 tokens; the first %2 are scored. --tokens 0 scores all.")
                              .arg(ids.size())
                              .arg(most));
        ids.resize(most);
    }
    if (ids.size() < 2)
        return Error{ErrorCode::BadArgument, "--text-file",
                     Cli::tr("it has fewer than two tokens").toStdString()};
    return ids;
}

int runPerplexity(const Invocation& call) {
    const Interrupt::Guard guard(call.interrupt);
    const auto loaded = RunModel::load(call, guard.token());
    if (!loaded) return call.console.fail(loaded.error());
    const auto ids = tokensOf(call, loaded->model->tokenizer());
    if (!ids) return call.console.fail(ids.error());

    // A text longer than the context is scored in pieces that do not see each other.
    std::vector<double> nll;
    const std::size_t context = loaded->session->contextTokens();
    for (std::size_t at = 0; at + 1 < ids->size(); at += context) {
        const auto piece = std::span(*ids).subspan(at, std::min(context, ids->size() - at));
        if (const auto scored = score(*loaded, piece, guard.token(), nll); !scored)
            return call.console.fail(scored.error());
    }

    const double mean = std::accumulate(nll.begin(), nll.end(), 0.0) / static_cast<double>(nll.size());
    Json json{
        {"perplexity", std::exp(mean)}, {"mean_nll", mean}, {"tokens", ids->size()}, {"scored", nll.size()}};
    if (call.arguments.has(QStringLiteral("per-token"))) json["nll"] = nll;
    if (call.console.json()) {
        call.console.value(json);
        return kDone;
    }
    if (json.contains("nll"))
        for (const double value : nll)
            call.console.line(QString::number(value, 'f', 5));
    call.console.line(Cli::tr("perplexity %1, %2 nat a token over %3 tokens")
                          .arg(std::exp(mean), 0, 'f', 4)
                          .arg(mean, 0, 'f', 5)
                          .arg(nll.size()));
    return kDone;
}

void declarePerplexity(Arguments& arguments) {
    arguments.takesModel();
    arguments.takesDevice();
    arguments.text(QStringLiteral("text-file"), QStringLiteral("F"),
                   Cli::tr("The text to score, UTF-8; - is standard input."), Arguments::Presence::Required);
    arguments.count(QStringLiteral("tokens"), QStringLiteral("N"),
                    Cli::tr("Score only the first N tokens; 0 is all of them."), kUsualTokens);
    arguments.flag(QStringLiteral("per-token"), Cli::tr("Also give the value of every token."));
}

} // namespace

const Command kPerplexityCommand{"perplexity",
                                 "MODEL --text-file F [--tokens N] [--per-token] [--device D] [--json]",
                                 QT_TRANSLATE_NOOP("ponder::Cli", "Says how well a model predicts a text."),
                                 "perplexity model.gguf --text-file text.txt\nperplexity model.gguf "
                                 "--text-file text.txt --per-token --json",
                                 declarePerplexity,
                                 runPerplexity};

} // namespace ponder
