// What a model's template and name tell about talking to it, found out once when it is loaded.
//
// Takes a template that renders and a ModelCard; renders a few short conversations and looks. Gives plain
// facts. Thread: the template's. Errors: none; a probe that fails counts as "no". Source of the R1 rules: the
// model card of DeepSeek-R1 (temperature 0.6, top-p 0.95, no system prompt, replies that start with
// "<think>\n", up to 32,768 tokens). Other families: their cards and generation settings. Next station:
// prompt_builder.h.
#pragma once

#include "app/chat/chat_engine.h"
#include "app/prompt/template_probe.h"
#include "app/prompt/template_switches.h"

namespace ponder {

struct TemplateFacts {
    enum class SamplingSource {
        ModelFile,    // general.sampling.* of the file
        R1Card,       // what DeepSeek publishes for the R1 family
        ReasoningUse, // as R1Card, for other models that think
        FamilyCard,   // what the makers of an ordinary model publish
        GeneralUse,
    };

    ThinkMarkers markers; // startsInside: with thinking on
    TemplateSwitches switches;
    bool r1Family = false;       //
    bool systemPrompt = true;    // false: an instruction goes in front of the first question
    bool stripsThoughts = false; // the template itself takes thoughts out of earlier answers
    bool forcesThought = false;  // "<think>\n" is appended, because the template does not open the thought
    double temperature = 0.7;
    double topP = 0.95;
    SamplingSource samplingSource = SamplingSource::GeneralUse;
    int maxTokens = 2048;

    static TemplateFacts examine(ChatTemplate& chatTemplate, const ModelCard& card);
};

// True where a rendered prompt ends inside a thought: the opening tag and nothing but white space behind it.
bool endsInsideThought(const QString& rendered, const ThinkMarkers& markers);

} // namespace ponder
