// Follows Markdown line by line and proposes where the text could be cut, so that both parts give the blocks
// that the whole gives.
//
// A place is proposed before a line that is not indented, follows a blank line, begins no list item or
// fence and stands in no fenced code: every list, quote, table and paragraph above it should have ended
// there. It is a quick estimate; BlockBuilder has the parser confirm it. Owner: BlockBuilder. Thread: one.
// Source: CommonMark 0.30, sections 4.5 (fences), 5.2 (list items).
#pragma once

#include <QList>
#include <QStringView>

namespace ponder {

class LineTracker {
public:
    // One whole line without its newline. True: the text could be cut before it.
    bool feed(QStringView line);
    bool inFence() const { return !m_fence.mark.isNull(); }

private:
    struct Fence {
        QChar mark; // ` or ~; null: no fence is open
        qsizetype length = 0;
        qsizetype container = 0; // content offset of the list item it stands in; 0: none
    };

    bool feedFence(QStringView text, qsizetype indent);
    void enterContainers(QStringView text, qsizetype indent);
    bool openFence(QStringView text, qsizetype container);

    Fence m_fence;
    QList<qsizetype> m_offsets; // content offsets of the list items that are open
    bool m_afterBlank = true;
};

} // namespace ponder
