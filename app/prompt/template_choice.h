// The template a model is talked to with: its own where that works, else the built-in one of its family.
//
// Takes a ModelCard; tries its template on one question; gives a ChatTemplate that renders and says where it
// came from, so that the user can be told. Owner: ReplyGenerator. Thread: the one that called. Next station:
// template_doctor.h.
#pragma once

#include "app/prompt/chat_template.h"
#include "app/prompt/model_card.h"

#include <memory>

namespace ponder {

struct TemplateChoice {
    enum class Origin {
        Own, // the user's
        File,
        BuiltinForMissing, // the file has no template
        BuiltinForBroken,  // the file's template failed: `reason`
    };
    Origin origin = Origin::File;
    std::unique_ptr<ChatTemplate> chatTemplate;
    QString builtinName;            // of a built-in one
    std::optional<Error> reason;    // why the file's own was refused
    std::optional<Error> ownReason; // why the user's was refused
    QStringList stop;               // texts that end a reply

    static TemplateChoice forModel(const ModelCard& card);
};

} // namespace ponder
