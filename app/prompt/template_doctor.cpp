#include "app/prompt/template_doctor.h"

#include <QJsonObject>
#include <QRegularExpression>

#include <array>

namespace ponder {
namespace {

constexpr double kR1Temperature = 0.6;
constexpr double kR1TopP = 0.95;
constexpr int kReasoningMaxTokens = 32768;

struct MarkerPair {
    QString open, close;
};

// The first pair that the template or the vocabulary mentions; the usual one comes first.
const MarkerPair* mentionedMarkers(const QString& source, const QStringList& specialTexts) {
    static const std::array pairs{
        MarkerPair{QStringLiteral("<think>"), QStringLiteral("</think>")},
        MarkerPair{QStringLiteral("[THINK]"), QStringLiteral("[/THINK]")},
        MarkerPair{QStringLiteral("<seed:think>"), QStringLiteral("</seed:think>")},
        MarkerPair{QStringLiteral("◁think▷"), QStringLiteral("◁/think▷")},
    };
    for (const MarkerPair& pair : pairs)
        if (source.contains(pair.close) || source.contains(pair.open) || specialTexts.contains(pair.close))
            return &pair;
    return nullptr;
}

bool isR1Family(const ModelCard& card, const QString& source, bool mentionsThinking) {
    static const QRegularExpression r1(QStringLiteral("\\bR1\\b"), QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression laterDeepSeek(QStringLiteral("\\bV[3-9]"),
                                                  QRegularExpression::CaseInsensitiveOption);
    QString name = card.name;
    name.replace(QLatin1Char('_'), QLatin1Char('-'));
    if (name.contains(QStringLiteral("deepseek"), Qt::CaseInsensitive) && name.contains(r1)) return true;
    // R1's own role marks around a template that thinks; DeepSeek V3.1 and later share the marks and switch
    // their thinking by a variable of their own.
    return mentionsThinking && source.contains(QStringLiteral("<｜Assistant｜>")) &&
           !name.contains(laterDeepSeek) && !source.contains(QStringLiteral("if not thinking"));
}

struct FamilySampling {
    const char* name; // part of the model's name, lower case
    double temperature, topP;
};

// SmolLM2's card; the generation settings that come with Qwen2.5 and Llama 3 Instruct.
constexpr std::array kFamilies{
    FamilySampling{"smollm", 0.2, 0.9},
    FamilySampling{"qwen2.5", 0.7, 0.8},
    FamilySampling{"llama-3", 0.6, 0.9},
};

void recommendForFamily(TemplateFacts& facts, const ModelCard& card) {
    QString name = card.name.toLower();
    name.replace(QLatin1Char(' '), QLatin1Char('-'));
    for (const FamilySampling& family : kFamilies) {
        if (!name.contains(QLatin1String(family.name))) continue;
        facts.temperature = family.temperature;
        facts.topP = family.topP;
        facts.samplingSource = TemplateFacts::SamplingSource::FamilyCard;
        return;
    }
}

void recommendSampling(TemplateFacts& facts, const ModelCard& card) {
    using Source = TemplateFacts::SamplingSource;
    recommendForFamily(facts, card);
    if (facts.markers.reasons) {
        facts.temperature = kR1Temperature;
        facts.topP = kR1TopP;
        facts.maxTokens = kReasoningMaxTokens;
        facts.samplingSource = facts.r1Family ? Source::R1Card : Source::ReasoningUse;
    }
    if (facts.r1Family || (!card.temperature && !card.topP)) return;
    facts.temperature = card.temperature.value_or(facts.temperature);
    facts.topP = card.topP.value_or(facts.topP);
    facts.samplingSource = Source::ModelFile;
}

bool takesThoughtsOut(TemplateProbe& probe, const ThinkMarkers& markers, const QJsonObject& variables) {
    const QString reply = markers.open + QLatin1Char('\n') + TemplateProbe::kThought + QLatin1Char('\n') +
                          markers.close + QStringLiteral("\n\n") + TemplateProbe::kAnswer;
    const QJsonObject question = templateMessage("user", TemplateProbe::kQuestion);
    const auto rendered = probe.render({question, templateMessage("assistant", reply), question}, variables);
    return rendered && rendered->contains(TemplateProbe::kAnswer) &&
           !rendered->contains(TemplateProbe::kThought);
}

} // namespace

bool endsInsideThought(const QString& rendered, const ThinkMarkers& markers) {
    return rendered.trimmed().endsWith(markers.open);
}

TemplateFacts TemplateFacts::examine(ChatTemplate& chatTemplate, const ModelCard& card) {
    TemplateFacts facts;
    const MarkerPair* pair = mentionedMarkers(chatTemplate.source(), card.specialTexts);
    facts.r1Family = isR1Family(card, chatTemplate.source(), pair != nullptr);
    facts.markers.reasons = pair != nullptr || facts.r1Family;
    if (pair) {
        facts.markers.open = pair->open;
        facts.markers.close = pair->close;
    }
    recommendSampling(facts, card);
    TemplateProbe probe(chatTemplate, card);
    facts.systemPrompt = !facts.r1Family && probe.takesSystemPrompt();
    facts.switches = TemplateSwitches::find(probe);
    if (!facts.markers.reasons) {
        // Thoughts in marks that are not known would stand in the answer, so they are not asked for.
        facts.switches.thinking.clear();
        return facts;
    }
    const QJsonObject variables = facts.switches.variables({});
    const QJsonArray question{templateMessage("user", TemplateProbe::kQuestion)};
    const bool opens =
        endsInsideThought(probe.render(question, variables).value_or(QString()), facts.markers);
    facts.forcesThought = facts.r1Family && !opens;
    facts.markers.startsInside = opens || facts.forcesThought;
    facts.stripsThoughts = takesThoughtsOut(probe, facts.markers, variables);
    return facts;
}

} // namespace ponder
