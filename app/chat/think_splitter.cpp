#include "app/chat/think_splitter.h"

#include <utility>

namespace ponder {

ThinkSplitter::ThinkSplitter(ThinkMarkers markers) : m_markers(std::move(markers)) {
    if (!m_markers.reasons)
        m_place = Place::BeforeAnswer;
    else if (m_markers.startsInside)
        m_place = Place::Thought;
}

ThinkDelta ThinkSplitter::push(const QString& token) {
    m_delta = {};
    for (const QChar c : token)
        feed(c);
    ++(m_place == Place::Answer || m_place == Place::BeforeAnswer ? m_answerTokens : m_thoughtTokens);
    return std::exchange(m_delta, {});
}

ThinkDelta ThinkSplitter::finish(End end) {
    m_delta = {};
    if (m_maybeQuoted) settleQuoted(false);
    releaseHeld();
    if (m_place == Place::Thought && m_tagInFence >= 0 && end == End::Natural) {
        m_delta.takeBack = m_thoughtLength - m_tagInFence;
        m_thoughtLength = m_tagInFence;
        endThought();
        for (const QChar c : std::exchange(m_sinceTagInFence, {}))
            answerCharacter(c);
    }
    return std::exchange(m_delta, {});
}

void ThinkSplitter::feed(QChar c) {
    switch (m_place) {
    case Place::Start:
    case Place::BeforeAnswer:
        return feedOutside(c);
    case Place::Thought:
        return m_maybeQuoted ? feedQuoted(c) : feedThought(c);
    case Place::Answer:
        return answerCharacter(c);
    }
}

void ThinkSplitter::feedOutside(QChar c) {
    if (!m_markers.reasons || (m_held.isEmpty() && c.isSpace())) return answerCharacter(c);
    m_held += c;
    const bool afterThought = m_place == Place::BeforeAnswer;
    if (m_held == m_markers.open) {
        m_held.clear();
        m_blank = m_thoughtLength > 0 ? QStringLiteral("\n") : QString();
        m_place = Place::Thought;
    } else if (afterThought && m_held == m_markers.close) {
        m_held.clear();
    } else if (!m_markers.open.startsWith(m_held) && !(afterThought && m_markers.close.startsWith(m_held))) {
        releaseHeld();
    }
}

void ThinkSplitter::feedThought(QChar c) {
    m_held += c;
    for (;;) {
        if (m_held == m_markers.close) return closeTag();
        if (m_openAllowed && m_held == m_markers.open) {
            m_openAllowed = false;
            m_held.clear();
            return;
        }
        if (m_held.isEmpty() || m_markers.close.startsWith(m_held) ||
            (m_openAllowed && m_markers.open.startsWith(m_held)))
            return;
        // Not a tag: its first character is text, the rest may begin another one.
        const QChar first = m_held.front();
        m_held.remove(0, 1);
        thoughtCharacter(first);
    }
}

void ThinkSplitter::thoughtCharacter(QChar c) {
    const bool wasInFence = m_quotes.inFence();
    m_quotes.feed(c);
    if (wasInFence && !m_quotes.inFence()) {
        m_tagInFence = -1;
        m_sinceTagInFence.clear();
    }
    if (m_tagInFence >= 0) m_sinceTagInFence += c;
    if (c.isSpace()) {
        m_blank += c;
        return;
    }
    m_openAllowed = false;
    if (m_thoughtLength > 0) {
        m_delta.thoughts += m_blank;
        m_thoughtLength += m_blank.size();
    }
    m_blank.clear();
    m_delta.thoughts += c;
    ++m_thoughtLength;
}

void ThinkSplitter::closeTag() {
    m_quotes.settle();
    if (m_quotes.inlineRun() > 0) {
        m_maybeQuoted = true;
        m_closingRun = 0;
        return;
    }
    if (m_quotes.inFence() && !m_quotes.closesFence()) {
        const bool first = m_tagInFence < 0;
        const qsizetype before = m_thoughtLength;
        for (const QChar c : std::exchange(m_held, {}))
            thoughtCharacter(c);
        if (first) {
            m_tagInFence = before;
            m_sinceTagInFence.clear();
        }
        return;
    }
    m_held.clear();
    endThought();
}

// After a closing tag inside inline code: a run of backticks as long as the opening one shows that the tag
// was quoted; the end of the line shows that the backtick before it was a stray one.
void ThinkSplitter::feedQuoted(QChar c) {
    if (c == u'`') {
        ++m_closingRun;
        m_afterTag += c;
        return;
    }
    if (m_closingRun == m_quotes.inlineRun()) {
        settleQuoted(true);
        return feed(c);
    }
    m_closingRun = 0;
    m_afterTag += c;
    if (c == u'\n') settleQuoted(false);
}

void ThinkSplitter::settleQuoted(bool quoted) {
    if (m_closingRun > 0 && m_closingRun == m_quotes.inlineRun()) quoted = true;
    m_maybeQuoted = false;
    m_closingRun = 0;
    const QString tag = std::exchange(m_held, {});
    const QString rest = std::exchange(m_afterTag, {});
    if (quoted) {
        for (const QChar c : tag)
            thoughtCharacter(c);
        for (const QChar c : rest)
            thoughtCharacter(c);
        return;
    }
    endThought();
    for (const QChar c : rest)
        feed(c);
}

void ThinkSplitter::endThought() {
    m_place = Place::BeforeAnswer;
    m_blank.clear();
    m_quotes = {};
    m_tagInFence = -1;
}

void ThinkSplitter::releaseHeld() {
    const QString held = std::exchange(m_held, {});
    for (const QChar c : held) {
        if (m_place == Place::Thought)
            thoughtCharacter(c);
        else
            answerCharacter(c);
    }
}

void ThinkSplitter::answerCharacter(QChar c) {
    if (m_place != Place::Answer) {
        if (c.isSpace()) return;
        m_place = Place::Answer;
    }
    m_delta.answer += c;
}

} // namespace ponder
