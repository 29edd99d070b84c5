#include "app/render/block_builder.h"

#include "app/render/markdown_parser.h"

#include <algorithm>

namespace ponder {

qsizetype BlockBuilder::append(QStringView text) {
    m_text += text;
    const qsizetype first = m_settled;
    m_blocks.resize(m_settled);
    for (;;) {
        const qsizetype end = m_text.indexOf(u'\n', m_lineStart);
        if (end < 0) break;
        QStringView line = QStringView(m_text).mid(m_lineStart, end - m_lineStart);
        if (line.endsWith(u'\r')) line.chop(1);
        if (m_lines.feed(line)) settleUpTo(m_lineStart);
        m_lineStart = end + 1;
    }
    m_blocks += parseMarkdown(QStringView(m_text).mid(m_openStart));
    return first;
}

// Everything before `cut` is settled if a paragraph put there would stand by itself: not in code, a list or a
// quote that is still open.
void BlockBuilder::settleUpTo(qsizetype cut) {
    static const QString mark(QChar(0xe000)); // private use: no Markdown
    if (cut == m_openStart) return;
    QList<Block> blocks = parseMarkdown(m_text.mid(m_openStart, cut - m_openStart) + mark);
    if (blocks.isEmpty() || blocks.last() != Block{.type = Block::Type::Paragraph, .html = mark}) return;
    blocks.removeLast();
    m_blocks += blocks;
    m_settled = m_blocks.size();
    m_openStart = cut;
}

qsizetype BlockBuilder::finish() {
    QList<Block> whole = parseMarkdown(m_text);
    const auto differ = std::mismatch(m_blocks.cbegin(), m_blocks.cend(), whole.cbegin(), whole.cend());
    const qsizetype first = differ.first - m_blocks.cbegin();
    m_blocks = std::move(whole);
    m_settled = m_blocks.size();
    m_openStart = m_text.size();
    return first;
}

} // namespace ponder
