#include "app/render/line_tracker.h"

namespace ponder {
namespace {

// Columns of white space before the text; a tab reaches to the next multiple of four.
qsizetype indentOf(QStringView line, qsizetype* characters) {
    qsizetype columns = 0;
    qsizetype i = 0;
    for (; i < line.size() && (line[i] == u' ' || line[i] == u'\t'); ++i)
        columns = line[i] == u'\t' ? (columns / 4 + 1) * 4 : columns + 1;
    *characters = i;
    return columns;
}

qsizetype runLength(QStringView text, QChar mark) {
    qsizetype n = 0;
    while (n < text.size() && text[n] == mark)
        ++n;
    return n;
}

// Characters of a list marker at the start of `text` ("-", "12."), or 0.
qsizetype markerLength(QStringView text) {
    if (text.isEmpty()) return 0;
    qsizetype length = 0;
    if (text[0] == u'-' || text[0] == u'*' || text[0] == u'+') {
        length = 1;
    } else {
        while (length < text.size() && length < 10 && text[length] >= u'0' && text[length] <= u'9')
            ++length;
        if (length == 0 || length == text.size() || (text[length] != u'.' && text[length] != u')')) return 0;
        ++length;
    }
    return length == text.size() || text[length] == u' ' || text[length] == u'\t' ? length : 0;
}

} // namespace

bool LineTracker::feed(QStringView line) {
    qsizetype start = 0;
    const qsizetype indent = indentOf(line, &start);
    const QStringView text = line.mid(start);
    if (text.isEmpty()) {
        m_afterBlank = true;
        return false;
    }
    const bool wasInFence = inFence();
    if (wasInFence && feedFence(text, indent)) {
        m_afterBlank = false;
        return false;
    }
    // md4c reads a fence that follows an unfinished one of a list item differently from a fence that opens a
    // text: no cut in such places.
    const bool cut = !wasInFence && m_afterBlank && indent == 0 && markerLength(text) == 0 &&
                     text[0] != u'`' && text[0] != u'~';
    m_afterBlank = false;
    if (cut) m_offsets.clear();
    enterContainers(text, indent);
    return cut;
}

// True: the line belongs to the open fence.
bool LineTracker::feedFence(QStringView text, qsizetype indent) {
    if (indent < m_fence.container) { // the list item around it has ended, and the fence with it
        m_fence = {};
        return false;
    }
    const qsizetype run = runLength(text, m_fence.mark);
    if (indent - m_fence.container <= 3 && run >= m_fence.length && text.mid(run).trimmed().isEmpty())
        m_fence = {};
    return true;
}

void LineTracker::enterContainers(QStringView text, qsizetype indent) {
    while (!m_offsets.isEmpty() && indent < m_offsets.last())
        m_offsets.removeLast();
    for (;;) {
        const qsizetype container = m_offsets.isEmpty() ? 0 : m_offsets.last();
        if (indent - container > 3) return; // indented code, or a paragraph going on
        if (openFence(text, container)) return;
        const qsizetype marker = markerLength(text);
        if (marker == 0) return;
        qsizetype spaces = 0;
        const qsizetype gap = indentOf(text.mid(marker), &spaces);
        text = text.mid(marker + spaces);
        // With five or more spaces the content is indented code one space after the marker.
        const qsizetype offset = indent + marker + (text.isEmpty() || gap > 4 ? 1 : gap);
        m_offsets << offset;
        indent = indent + marker + gap;
        if (text.isEmpty()) return;
    }
}

bool LineTracker::openFence(QStringView text, qsizetype container) {
    if (text[0] != u'`' && text[0] != u'~') return false;
    const qsizetype run = runLength(text, text[0]);
    if (run < 3 || (text[0] == u'`' && text.mid(run).contains(u'`'))) return false;
    m_fence = {text[0], run, container};
    return true;
}

} // namespace ponder
