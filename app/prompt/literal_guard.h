// Keeps what people typed apart from what the template wrote, through the template.
//
// Before rendering, protect() puts a noncharacter behind the first character of every special text that
// occurs in a person's words, so that it neither spells a token nor ends a thought while the template works
// on it. After rendering, release() takes the noncharacters out and gives the byte offsets where those texts
// start: Tokenizer::encode leaves them ordinary text. Owner: PromptBuilder. Thread: any. Next station:
// Tokenizer::encode.
#pragma once

#include <QString>
#include <QStringList>

#include <string>
#include <vector>

namespace ponder {

struct GuardedText {
    std::string text;                 // UTF-8
    std::vector<std::size_t> literal; // ascending byte offsets of special texts that a person typed
};

class LiteralGuard {
public:
    explicit LiteralGuard(QStringList specialTexts);

    QString protect(const QString& typed) const;
    static GuardedText release(const QString& rendered);

private:
    QStringList m_specialTexts;
};

} // namespace ponder
