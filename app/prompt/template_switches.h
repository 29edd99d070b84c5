// What a chat template lets people choose about thinking, found in the template itself.
//
// Takes a TemplateProbe; renders small conversations with each variable that templates know set and unset,
// and compares. Gives plain facts, and the variables for what was chosen. Thread: the template's. Errors:
// none; what the template refuses is not a choice. Next station: template_doctor.h, ThinkingControls.
#pragma once

#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <optional>

namespace ponder {

class TemplateProbe;

// What is wanted of a reply. What the template has no switch for stays as the template has it.
struct ThinkingChoice {
    bool on = true;                  // false asks the template to close the thought at once
    QString effort;                  // one of TemplateSwitches::efforts; empty: the template's default
    std::optional<bool> keepEarlier; // the thoughts of earlier turns; nothing: the template's default
};

struct TemplateSwitches {
    QString thinking;             // the variable that turns it on and off, as "enable_thinking"; empty: none
    bool thinksByDefault = false; // where the variable is not set
    QStringList efforts;          // the template's own names, from least to most; empty: no levels
    QString defaultEffort;        // the one that holds where none is asked for; empty: none of these
    QString earlier;              // the variable for the thoughts of earlier turns; empty: none
    bool earlierKeptBy = true;    // its value that keeps them
    bool keepsByDefault = false;  // where it is not set
    bool budget = false;          // the template knows thinking_budget, a number of tokens
    bool laterSystemTurns = true; // false: one system turn at most, and it is the first turn

    static TemplateSwitches find(TemplateProbe& probe);

    QJsonObject variables(const ThinkingChoice& choice) const;
};

} // namespace ponder
