// Follows Markdown line by line and says before which lines the text may be cut, so that both parts give the
// blocks that the whole gives.
//
// A cut is allowed before a line that is not indented, follows a blank line, begins no list item and stands
// in no fenced code: every list, quote, table and paragraph above it has ended there. Link definitions are
// left out of account; BlockBuilder::finish() covers them. Owner: BlockBuilder. Thread: one.
// Source: CommonMark 0.30, sections 4.5 (fences), 5.2 (list items).
#pragma once

#include <QList>
#include <QStringView>

namespace ponder {

class LineTracker {
public:
    // One whole line without its newline. True: the text may be cut before it.
    bool feed(QStringView line);

private:
    struct Fence {
        QChar mark; // ` or ~; null: no fence is open
        qsizetype length = 0;
        qsizetype container = 0; // content offset of the list item it stands in; 0: none
    };

    bool feedFence(QStringView line, qsizetype indent);
    void enterContainers(QStringView line, qsizetype indent);
    bool openFence(QStringView rest, qsizetype container);

    Fence m_fence;
    QList<qsizetype> m_offsets; // content offsets of the list items that are open
    bool m_afterBlank = true;
};

} // namespace ponder
