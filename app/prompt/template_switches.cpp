#include "app/prompt/template_switches.h"

#include "app/prompt/effort_words.h"
#include "app/prompt/template_probe.h"

namespace ponder {
namespace {

const QString kEffort = QStringLiteral("reasoning_effort");
const QString kBudget = QStringLiteral("thinking_budget");

QJsonObject with(QJsonObject variables, const QString& name, const QJsonValue& value) {
    variables.insert(name, value);
    return variables;
}

void findThinking(TemplateSwitches& out, TemplateProbe& probe) {
    for (const char* variable : {"enable_thinking", "thinking"}) {
        const QString name = QLatin1String(variable);
        if (!probe.source().contains(name)) continue;
        const auto on = probe.render(probe.question(), {{name, true}});
        const auto off = probe.render(probe.question(), {{name, false}});
        if (!on || !off || *on == *off) continue;
        out.thinking = name;
        out.thinksByDefault = probe.render(probe.question()) == on;
        return;
    }
}

// A template that writes any word it is given, and names none or one, is given the usual ones.
QStringList wordsToTry(TemplateProbe& probe, const QJsonObject& variables) {
    QStringList words = effortWordsIn(probe.source());
    if (words.size() > 1) return words;
    const QString invented = QStringLiteral("probeeffort");
    const auto rendered = probe.render(probe.question(), with(variables, kEffort, invented));
    if (!rendered || !rendered->contains(invented)) return words;
    words << QStringLiteral("low") << QStringLiteral("medium") << QStringLiteral("high");
    words.removeDuplicates();
    sortEfforts(words);
    return words;
}

// Words that make the same prompt are one level, under the first of its names.
void findEfforts(TemplateSwitches& out, TemplateProbe& probe) {
    if (!probe.source().contains(kEffort)) return;
    const QJsonObject variables = out.variables({});
    const auto unset = probe.render(probe.question(), variables);
    if (!unset) return;
    QStringList prompts;
    for (const QString& word : wordsToTry(probe, variables)) {
        const auto rendered = probe.render(probe.question(), with(variables, kEffort, word));
        if (!rendered || prompts.contains(*rendered)) continue;
        prompts << *rendered;
        out.efforts << word;
        if (*rendered == *unset) out.defaultEffort = word;
    }
    if (out.efforts == QStringList{out.defaultEffort}) { // no word changes anything
        out.efforts.clear();
        out.defaultEffort.clear();
    }
}

void findEarlier(TemplateSwitches& out, TemplateProbe& probe) {
    const QJsonObject variables = out.variables({});
    const auto keeps = [&](const QJsonObject& all) -> std::optional<bool> {
        const auto rendered = probe.render(probe.secondQuestion(), all);
        if (!rendered || !rendered->contains(TemplateProbe::kAnswer)) return {};
        return rendered->contains(TemplateProbe::kThought);
    };
    out.keepsByDefault = keeps(variables).value_or(false);
    for (const char* variable : {"preserve_thinking", "clear_thinking", "drop_thinking"}) {
        const QString name = QLatin1String(variable);
        if (!probe.source().contains(name)) continue;
        const auto set = keeps(with(variables, name, true)), unset = keeps(with(variables, name, false));
        if (!set || !unset || *set == *unset) continue;
        out.earlier = name;
        out.earlierKeptBy = *set;
        return;
    }
}

bool takesLaterSystemTurn(TemplateProbe& probe) {
    const QString later = QStringLiteral("later instruction");
    QJsonArray messages = probe.secondQuestion();
    messages.insert(messages.size() - 1, templateMessage("system", later));
    const auto rendered = probe.render(messages);
    return rendered && rendered->contains(later);
}

} // namespace

TemplateSwitches TemplateSwitches::find(TemplateProbe& probe) {
    TemplateSwitches out;
    findThinking(out, probe);
    findEfforts(out, probe);
    findEarlier(out, probe);
    if (probe.source().contains(kBudget)) {
        const QJsonObject variables = out.variables({});
        const auto limited = probe.render(probe.question(), with(variables, kBudget, 512));
        out.budget = limited && limited != probe.render(probe.question(), variables);
    }
    out.laterSystemTurns = takesLaterSystemTurn(probe);
    return out;
}

QJsonObject TemplateSwitches::variables(const ThinkingChoice& choice) const {
    QJsonObject out;
    if (!thinking.isEmpty()) out.insert(thinking, choice.on);
    // An effort was tried with thinking on, and means nothing without.
    if ((choice.on || thinking.isEmpty()) && efforts.contains(choice.effort))
        out.insert(kEffort, choice.effort);
    if (!earlier.isEmpty() && choice.keepEarlier) out.insert(earlier, *choice.keepEarlier == earlierKeptBy);
    return out;
}

} // namespace ponder
