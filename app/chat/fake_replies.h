// What the fake engine says: replies in the language of the question, with thoughts and every kind of block.
//
// Next station: FakeChatEngine.
#pragma once

#include <QString>
#include <QStringList>

namespace ponder {

struct FakeReply {
    QString thoughts; // without tags
    QString answer;   // Markdown
};

FakeReply fakeReply(const QString& question);
// The text in pieces as a tokenizer would give it.
QStringList fakeTokens(const QString& text);

} // namespace ponder
