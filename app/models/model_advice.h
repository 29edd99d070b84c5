// What is recommended for a model, and why: found out by the template doctor without loading it.
//
// Takes the path of a model and the template that the user wants in place of its own; reads its header and
// vocabulary and tries its template. Gives plain values; adviceText() says each in the user's language.
// Thread: advise() any one, it takes a second; adviceText() GUI. Errors: those of the file. Previous station:
// prompt/template_doctor.h. Next station: model_settings_model.h.
#pragma once

#include "app/prompt/template_choice.h"
#include "app/prompt/template_doctor.h"

namespace ponder {

struct ModelAdvice {
    TemplateFacts facts;
    TemplateChoice::Origin origin = TemplateChoice::Origin::File;
    QString builtinName;            // of the template that stands in
    std::optional<Error> reason;    // why the file's template was refused
    std::optional<Error> ownReason; // why the user's was
    QString fileTemplate;           // the file's own, to begin an override with
    int trainedContext = 0;
    int layers = 0;
    int mixtures = 0; // layers with experts
};

Result<ModelAdvice> advise(const QString& path, const QString& ownTemplate);

// Beside the setting `key` of model_settings_model.h; empty where there is nothing to say.
QString adviceText(const QString& key, const ModelAdvice& advice);

} // namespace ponder
