#include "app/models/model_advice.h"

#include "app/chat/error_text.h"
#include "engine/file/model_file.h"
#include "engine/plan/expert_split.h"

#include <QCoreApplication>
#include <QLocale>

namespace ponder {
namespace {

struct AdviceText {
    Q_DECLARE_TR_FUNCTIONS(ModelAdvice)
};

QString samplingText(TemplateFacts::SamplingSource source) {
    using Source = TemplateFacts::SamplingSource;
    switch (source) {
    case Source::ModelFile:
        return AdviceText::tr("The model file asks for this value.");
    case Source::R1Card:
        return AdviceText::tr("DeepSeek's model card recommends it for the R1 family.");
    case Source::ReasoningUse:
        return AdviceText::tr("Recommended for models that think before they answer.");
    case Source::FamilyCard:
        return AdviceText::tr("The makers of this model publish it.");
    case Source::GeneralUse:
        break;
    }
    return AdviceText::tr("A usual value; the model does not say one.");
}

QString templateText(const ModelAdvice& advice) {
    using Origin = TemplateChoice::Origin;
    if (advice.ownReason)
        return AdviceText::tr("This template does not work, so the model's own is used: %1")
            .arg(errorText(*advice.ownReason));
    switch (advice.origin) {
    case Origin::Own:
        return AdviceText::tr("This template works and takes the place of the model's own.");
    case Origin::File:
        return AdviceText::tr("The model brings its own template, and it works.");
    case Origin::BuiltinForMissing:
        return AdviceText::tr("The model has no template; the built-in one for %1 is used.")
            .arg(advice.builtinName);
    case Origin::BuiltinForBroken:
        break;
    }
    return AdviceText::tr("The model's template does not work; the built-in one for %1 is used.")
        .arg(advice.builtinName);
}

QString instructionText(const TemplateFacts& facts) {
    if (facts.systemPrompt) return {};
    if (facts.r1Family)
        return AdviceText::tr(
            "DeepSeek's model card advises against a system prompt; what you write here goes in "
            "front of the first question.");
    return AdviceText::tr(
        "The template has no place for a system prompt; what you write here goes in front of "
        "the first question.");
}

QString contextText(const ModelAdvice& advice) {
    const QString trained = QLocale().toString(advice.trainedContext);
    if (advice.facts.markers.reasons)
        return AdviceText::tr(
                   "Thinking needs room, %1 tokens if the memory allows; the model was trained for %2.")
            .arg(QLocale().toString(advice.facts.maxTokens), trained);
    return AdviceText::tr("The model was trained for %1 tokens.").arg(trained);
}

} // namespace

Result<ModelAdvice> advise(const QString& path, const QString& ownTemplate) {
    const auto file = ModelFile::open(std::filesystem::path(path.toStdU16String()));
    if (!file) return file.error();
    const auto config = ModelConfig::read(**file);
    if (!config) return config.error();
    const auto tokenizer = Tokenizer::fromModel(**file);
    if (!tokenizer) return tokenizer.error();
    ModelCard card = ModelCard::read(**file, **tokenizer);
    card.ownTemplate = ownTemplate;
    const TemplateChoice choice = TemplateChoice::forModel(card);
    ModelAdvice advice;
    advice.facts = TemplateFacts::examine(*choice.chatTemplate, card);
    advice.origin = choice.origin;
    advice.builtinName = choice.builtinName;
    advice.reason = choice.reason;
    advice.ownReason = choice.ownReason;
    advice.fileTemplate = card.chatTemplate.isEmpty() ? choice.chatTemplate->source() : card.chatTemplate;
    advice.trainedContext = static_cast<int>(config->trainedContext);
    advice.layers = static_cast<int>(config->layers);
    advice.mixtures = static_cast<int>(mixturesOf(*config));
    return advice;
}

QString adviceText(const QString& key, const ModelAdvice& advice) {
    if (key == u"temperature" || key == u"topP") return samplingText(advice.facts.samplingSource);
    if (key == u"topK" || key == u"minP") return AdviceText::tr("Not needed beside top-p; 0 turns it off.");
    if (key == u"maxTokens" && advice.facts.markers.reasons)
        return AdviceText::tr("Thoughts count too; a smaller limit may cut the answer off.");
    if (key == u"contextTokens") return contextText(advice);
    if (key == u"gpuLayers")
        return AdviceText::tr("Left open, as many of the %1 layers as fit go to the graphics processor.")
            .arg(advice.layers);
    if (key == u"expertLayers")
        return advice.mixtures == 0
                   ? AdviceText::tr("This model is no mixture of experts; leave it open.")
                   : AdviceText::tr("Left open, the graphics processor has the experts of as many of the %1 "
                                    "layers as fit, and all else of each.")
                         .arg(advice.mixtures);
    if (key == u"kvType")
        return AdviceText::tr(
            "q8_0 takes about half the memory of f16 for the context and loses a little accuracy.");
    if (key == u"instruction") return instructionText(advice.facts);
    if (key == u"chatTemplate") return templateText(advice);
    return {};
}

} // namespace ponder
