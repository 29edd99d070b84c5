// Small chat templates with the shape of the families', for tests that must not need the reference data.
#pragma once

#include "app/prompt/model_card.h"

#include "tests/support/reference_data.h"

#include <QFile>

namespace ponder::test {

// The R1 family of today: opens the thought, cuts earlier thoughts, closes at once where thinking is off.
inline const QString kR1 =
    QStringLiteral("{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}"
                   "{% elif m.role == 'user' %}{{ '<｜User｜>' + m.content }}{% elif m.role == 'assistant' %}"
                   "{{ '<｜Assistant｜>' + m.content.split('</think>')[-1] + '<｜end▁of▁sentence｜>' }}{% "
                   "endif %}{% endfor %}"
                   "{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\\n' }}"
                   "{% if not enable_thinking %}{{ '</think>' }}{% endif %}{% endif %}");

// The R1 family at its release: does not open the thought.
inline const QString kOlderR1 = QStringLiteral(
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{{ '<｜User｜>' + m.content }}"
    "{% elif m.role == 'assistant' %}{{ '<｜Assistant｜>' + m.content.split('</think>')[-1] }}{% endif %}{% "
    "endfor %}"
    "{% if add_generation_prompt %}{{ '<｜Assistant｜>' }}{% endif %}");

inline const QString kChatMl = QStringLiteral(
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}");

inline const QString kNoSystem = QStringLiteral(
    "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for m in messages %}{{ '[' + m.role + ']' + m.content }}{% endfor %}"
    "{% if add_generation_prompt %}[model]{% endif %}");

inline const QStringList kR1Specials{QStringLiteral("<｜begin▁of▁sentence｜>"),
                                     QStringLiteral("<｜end▁of▁sentence｜>"),
                                     QStringLiteral("<｜User｜>"),
                                     QStringLiteral("<｜Assistant｜>"),
                                     QStringLiteral("<think>"),
                                     QStringLiteral("</think>")};

inline const QStringList kChatMlSpecials{QStringLiteral("<|im_start|>"), QStringLiteral("<|im_end|>"),
                                         QStringLiteral("<|endoftext|>")};

inline ModelCard card(const QString& source, const QStringList& specials,
                      const QString& name = QStringLiteral("Some model")) {
    ModelCard out;
    out.name = name;
    out.chatTemplate = source;
    out.specialTexts = specials;
    if (specials == kR1Specials) {
        out.bosToken = kR1Specials[0];
        out.eosToken = kR1Specials[1];
    }
    return out;
}

inline QString referenceTemplate(const char* name) {
    QFile file(
        QString::fromStdString((referenceDir() / "templates" / (std::string(name) + ".jinja")).string()));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

} // namespace ponder::test
