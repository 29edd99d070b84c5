#include "app/prompt/model_card.h"

namespace ponder {
namespace {

QString tokenText(const Tokenizer& tokenizer, std::optional<TokenId> id) {
    return id ? QString::fromStdString(tokenizer.piece(*id)) : QString();
}

} // namespace

ModelCard ModelCard::read(const ModelFile& file, const Tokenizer& tokenizer) {
    ModelCard card;
    card.name = QString::fromStdString(file.displayName());
    if (const auto source = file.metadata().text("tokenizer.chat_template"))
        card.chatTemplate = QString::fromUtf8(source->data(), static_cast<qsizetype>(source->size()));
    card.bosToken = tokenText(tokenizer, tokenizer.bos());
    card.eosToken = tokenText(tokenizer, tokenizer.eos());
    for (const std::string& text : tokenizer.specialTexts())
        card.specialTexts << QString::fromStdString(text);
    const auto withinReason = [](std::optional<double> value, double most) {
        return value && *value >= 0 && *value <= most ? value : std::nullopt;
    };
    card.temperature = withinReason(file.metadata().number("general.sampling.temp"), 5);
    card.topP = withinReason(file.metadata().number("general.sampling.top_p"), 1);
    return card;
}

} // namespace ponder
