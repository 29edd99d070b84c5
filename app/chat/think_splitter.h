// Separates a reply into thoughts and answer while it arrives.
//
// Takes one token's text at a time; gives what it adds to the thoughts and to the answer. Where tokens end
// makes no difference to the texts. Rules:
// - A model that does not reason has no thoughts, whatever tags it prints.
// - The reply starts inside a thought where the prompt opened it; an opening tag printed once more is
// dropped.
// - Otherwise an opening tag counts only before the answer's first character; later it is plain text.
// - A closing tag ends the thought unless it is quoted: between backticks in one line, or in a fenced block.
// - Closing tags repeated before the answer's first character are dropped; an opening tag there goes on with
//   the thought.
// - Thoughts are trimmed at both ends; the answer loses the white space before its first character.
// - A fence that is never closed must not swallow the answer: where the reply ends by itself inside such a
//   fence, the first closing tag in it counts after all, and takeBack says how much of the thoughts to drop.
//
// Cost: linear in the text. Owner: ReplyStream. Thread: GUI. Previous station: ChatEngine::tokensArrived.
// Next station: conversation and message model.
#pragma once

#include "app/chat/chat_engine.h"
#include "app/chat/quote_tracker.h"

#include <QString>

namespace ponder {

struct ThinkDelta {
    QString thoughts;
    QString answer;
    qsizetype takeBack = 0; // characters to remove from the end, once `thoughts` is added; finish() only
};

class ThinkSplitter {
public:
    explicit ThinkSplitter(ThinkMarkers markers);

    ThinkDelta push(const QString& token);
    enum class End { Natural, Stopped };
    ThinkDelta finish(End end);

    bool isThinking() const { return m_place == Place::Thought; }
    bool hasThoughts() const { return m_thoughtLength > 0; }
    int thoughtTokens() const { return m_thoughtTokens; }
    int answerTokens() const { return m_answerTokens; }

private:
    enum class Place {
        Start,        // nothing but white space yet
        Thought,      //
        BeforeAnswer, // the thought ended; nothing but white space yet
        Answer
    };

    void feed(QChar c);
    void feedOutside(QChar c); // Start and BeforeAnswer
    void feedThought(QChar c);
    void feedQuoted(QChar c);
    void thoughtCharacter(QChar c);
    void answerCharacter(QChar c);
    void closeTag();
    void endThought();
    void releaseHeld();
    void settleQuoted(bool quoted);

    ThinkMarkers m_markers;
    Place m_place = Place::Start;
    QuoteTracker m_quotes;
    ThinkDelta m_delta;
    QString m_held;             // beginning of a possible tag
    QString m_blank;            // white space that counts only if text follows
    bool m_openAllowed = true;  // an opening tag inside the thought is dropped: nothing was thought yet
    bool m_maybeQuoted = false; // a closing tag in inline code: the rest of its line decides
    QString m_afterTag;         // what followed that tag
    int m_closingRun = 0;       // backticks at the end of m_afterTag
    qsizetype m_thoughtLength = 0;
    qsizetype m_tagInFence = -1; // where in the thoughts the first closing tag of the open fence stands
    QString m_sinceTagInFence;
    int m_thoughtTokens = 0;
    int m_answerTokens = 0;
};

} // namespace ponder
