#include "app/prompt/builtin_template.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ponder {
namespace {

struct TemplateFamily {
    std::vector<QString> marks; // special tokens that are all there in this family's vocabulary
    BuiltinTemplate format;
};

const QString kDeepSeekR1 = QStringLiteral(
    R"({{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] }})"
    R"({% elif message['role'] == 'user' %}{{ '<｜User｜>' + message['content'] }})"
    R"({% elif message['role'] == 'assistant' %}{{ '<｜Assistant｜>' + message['content'].split('</think>')[-1] + )"
    R"('<｜end▁of▁sentence｜>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<｜Assistant｜>' }})"
    R"({{ '<think>\n' }}{% if not enable_thinking %}{{ '</think>' }}{% endif %}{% endif %})");

const QString kDeepSeekChat = QStringLiteral(
    R"({{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\n\n' }})"
    R"({% elif message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\n\n' }})"
    R"({% elif message['role'] == 'assistant' %}{{ 'Assistant: ' + message['content'] + eos_token }})"
    R"({% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %})");

const QString kChatMl = QStringLiteral(
    R"({% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }})"
    R"({% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %})");

const QString kLlama3 = QStringLiteral(
    R"({{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + )"
    R"(message['content'] | trim + '<|eot_id|>' }}{% endfor %})"
    R"({% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %})");

const QString kPhi3 = QStringLiteral(
    R"({% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + '<|end|>\n' }}{% endfor %})"
    R"({% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %})");

// Llama 2 has no tokens for its roles; its system prompt goes into the first question.
const QString kLlama2 = QStringLiteral(
    R"({% set ns = namespace(system='') %}{% for message in messages %}{% if message['role'] == 'system' %})"
    R"({% set ns.system = '<<SYS>>\n' + message['content'] + '\n<</SYS>>\n\n' %}{% elif message['role'] == 'user' %})"
    R"({{ bos_token + '[INST] ' + ns.system + message['content'] | trim + ' [/INST]' }}{% set ns.system = '' %})"
    R"({% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] | trim + ' ' + eos_token }})"
    R"({% endif %}{% endfor %})");

const QString kPlain = QStringLiteral(
    R"({{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\n\n' }})"
    R"({% elif message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\n\n' }})"
    R"({% elif message['role'] == 'assistant' %}{{ 'Assistant: ' + message['content'] + '\n\n' }})"
    R"({% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %})");

// Most particular first: the R1 distills keep the special tokens of the family they were made from.
const std::vector<TemplateFamily>& templateFamilies() {
    static const std::vector<TemplateFamily> all{
        {{QStringLiteral("<｜User｜>"), QStringLiteral("<｜Assistant｜>")}, {"DeepSeek R1", kDeepSeekR1, {}}},
        {{QStringLiteral("<|im_start|>"), QStringLiteral("<|im_end|>")}, {"ChatML", kChatMl, {}}},
        {{QStringLiteral("<|start_header_id|>"), QStringLiteral("<|eot_id|>")}, {"Llama 3", kLlama3, {}}},
        {{QStringLiteral("<|user|>"), QStringLiteral("<|end|>")}, {"Phi 3", kPhi3, {}}},
        {{QStringLiteral("<｜begin▁of▁sentence｜>")},
         {"DeepSeek", kDeepSeekChat, {QStringLiteral("\n\nUser:")}}},
        {{QStringLiteral("<s>"), QStringLiteral("</s>")}, {"Llama 2", kLlama2, {}}},
    };
    return all;
}

} // namespace

const BuiltinTemplate& builtinTemplateFor(const QStringList& specialTexts) {
    for (const TemplateFamily& family : templateFamilies())
        if (std::all_of(family.marks.begin(), family.marks.end(),
                        [&](const QString& mark) { return specialTexts.contains(mark); }))
            return family.format;
    static const BuiltinTemplate plain{"plain", kPlain, {QStringLiteral("\n\nUser:")}};
    return plain;
}

} // namespace ponder
