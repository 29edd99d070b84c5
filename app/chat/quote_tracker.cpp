#include "app/chat/quote_tracker.h"

namespace ponder {

void QuoteTracker::feed(QChar c) {
    if ((c == u'`' || c == u'~') && (m_run == 0 || c == m_mark)) {
        if (m_run == 0) {
            m_mark = c;
            m_runOpensLine = m_lineStart;
        }
        ++m_run;
        m_lineStart = false;
        m_closing = false;
        return;
    }
    settle();
    if (c == u'\n') {
        endOfLine();
    } else if (c == u'`' || c == u'~') {
        feed(c); // a run of the other mark begins
    } else if (!c.isSpace()) {
        m_lineStart = false;
        m_closing = false;
    }
}

void QuoteTracker::settle() {
    if (m_run == 0) return;
    const int run = m_run;
    m_run = 0;
    if (m_fence > 0 && !m_info) {
        m_closing = m_runOpensLine && m_mark == m_fenceMark && run >= m_fence;
        return;
    }
    if (m_info) {
        if (m_mark == u'~' || m_fenceMark == u'~') return;
        // A backtick after the opening run: the line was inline code, not a fence.
        m_inline = run == m_fence ? 0 : m_fence;
        m_fence = 0;
        m_info = false;
        return;
    }
    if (m_inline == 0 && m_runOpensLine && run >= 3) {
        m_fence = run;
        m_fenceMark = m_mark;
        m_info = true;
    } else if (m_mark == u'`') {
        if (m_inline == 0)
            m_inline = run;
        else if (m_inline == run)
            m_inline = 0;
    }
}

void QuoteTracker::endOfLine() {
    if (m_closing) m_fence = 0;
    m_closing = false;
    m_info = false;
    m_inline = 0;
    m_lineStart = true;
}

} // namespace ponder
