// Knows, character by character, whether a text stands inside code: between backticks or in a fenced block.
//
// Simpler than Markdown on purpose: code between backticks ends with its line, a fence may be indented by any
// amount. Owner: ThinkSplitter. Thread: one.
#pragma once

#include <QChar>

namespace ponder {

class QuoteTracker {
public:
    void feed(QChar c);
    // Counts the backticks read last as a whole run, as though other text followed.
    void settle();

    bool inFence() const { return m_fence > 0 && !m_info; }
    // True where the run read last closes the fence if its line ends here.
    bool closesFence() const { return m_closing; }
    // Length of the backtick run that would end the inline code here; 0 outside of it. The line that opens a
    // fence counts as inline code, because a run may still end it: ```code```.
    int inlineRun() const { return m_info ? m_fence : m_inline; }

private:
    void endOfLine();

    QChar m_mark;  // of the run being read
    int m_run = 0; // its length
    bool m_runOpensLine = false;
    bool m_lineStart = true; // only white space so far in this line
    bool m_closing = false;  // the line may be the one that closes the fence
    int m_inline = 0;
    int m_fence = 0; // length of the fence that is open
    QChar m_fenceMark;
    bool m_info = false; // in the line that opened the fence
};

} // namespace ponder
