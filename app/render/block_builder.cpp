#include "app/render/block_builder.h"

#include "app/render/markdown_parser.h"

#include <algorithm>

namespace ponder {

qsizetype BlockBuilder::append(QStringView text) {
    m_text += text;
    const qsizetype first = m_settled;
    const qsizetype openStart = m_openStart;
    qsizetype cut = openStart;
    for (;;) {
        const qsizetype end = m_text.indexOf(u'\n', m_lineStart);
        if (end < 0) break;
        QStringView line = QStringView(m_text).mid(m_lineStart, end - m_lineStart);
        if (line.endsWith(u'\r')) line.chop(1);
        if (m_lines.feed(line)) cut = m_lineStart;
        m_lineStart = end + 1;
    }
    m_blocks.resize(first);
    if (cut > openStart) {
        m_blocks += parseMarkdown(QStringView(m_text).mid(openStart, cut - openStart));
        m_settled = m_blocks.size();
        m_openStart = cut;
    }
    m_blocks += parseMarkdown(QStringView(m_text).mid(m_openStart));
    return first;
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
