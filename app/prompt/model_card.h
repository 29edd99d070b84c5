// What a model file says about how to talk to it: the words of its header that prompts depend on.
//
// Takes the metadata and the tokenizer of a model; gives plain values, so that everything in prompt/ can also
// be used with a template alone. Errors: none; what the file does not say is empty. Source of the keys: the
// GGUF file format (tokenizer.chat_template, general.sampling.*). Next station: template_choice.h.
#pragma once

#include "engine/text/tokenizer.h"

#include <QString>
#include <QStringList>

#include <optional>

namespace ponder {

struct ModelCard {
    QString name;         // general.name, else the file's stem
    QString chatTemplate; // Jinja source, or empty
    QString ownTemplate;  // the user's, in place of the file's; or empty
    QString bosToken;     // their texts, or empty
    QString eosToken;
    QStringList specialTexts;          // texts that become one token when parsed
    std::optional<double> temperature; // general.sampling.temp
    std::optional<double> topP;        // general.sampling.top_p

    static ModelCard read(const ModelFile& file, const Tokenizer& tokenizer);
};

} // namespace ponder
