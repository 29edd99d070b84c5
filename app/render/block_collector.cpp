#include "app/render/block_collector.h"

namespace ponder {
namespace {

QString fromUtf8(const MD_CHAR* text, MD_SIZE size) { return QString::fromUtf8(text, qsizetype(size)); }

// An attribute (link target, code language) with its entities resolved.
QString attributeText(const MD_ATTRIBUTE& attribute) {
    return attribute.text ? fromUtf8(attribute.text, attribute.size) : QString();
}

} // namespace

Block& BlockCollector::add(Block::Type type) {
    m_blocks.append(Block{.type = type});
    m_continuing = false;
    return m_blocks.last();
}

void BlockCollector::addToList(const QString& html) {
    if (m_newList || m_blocks.last().type != Block::Type::List || m_blocks.last().level != m_quotes)
        add(Block::Type::List).level = m_quotes;
    m_newList = false;
    QList<ListEntry>& items = m_blocks.last().items;
    if (m_continuing && !m_itemOpen && !items.isEmpty()) {
        items.last().html += QLatin1String("<br>") + html;
        return;
    }
    items.append({html, int(m_lists.size()) - 1, m_itemOpen ? m_marker : QString()});
    m_itemOpen = false;
    m_continuing = true;
}

void BlockCollector::finishText() {
    if (m_inline.isEmpty()) return;
    const QString html = m_inline.take();
    if (m_heading > 0 && m_lists.isEmpty()) {
        Block& block = add(Block::Type::Heading);
        block.level = m_heading;
        block.html = html;
    } else if (!m_lists.isEmpty()) {
        addToList(m_heading > 0 ? QLatin1String("<b>") + html + QLatin1String("</b>") : html);
    } else {
        Block& block = add(m_quotes > 0 ? Block::Type::Quote : Block::Type::Paragraph);
        block.level = m_quotes;
        block.html = html;
    }
}

void BlockCollector::enterItem(const MD_BLOCK_LI_DETAIL& detail) {
    if (m_itemOpen) addToList(QString()); // the item around this one has no text of its own
    List& list = m_lists.last();
    if (detail.is_task)
        m_marker = detail.task_mark == ' ' ? QStringLiteral("☐") : QStringLiteral("☑");
    else if (list.ordered)
        m_marker = QString::number(list.next) + list.delimiter;
    else
        m_marker = QStringLiteral("•");
    ++list.next;
    m_itemOpen = true;
    m_continuing = false;
}

void BlockCollector::enterCode(const MD_BLOCK_CODE_DETAIL& detail) {
    if (m_itemOpen) addToList(QString());
    Block& block = add(Block::Type::Code);
    block.level = depth();
    block.language = attributeText(detail.lang);
    m_inCode = true;
}

void BlockCollector::enterTable() {
    if (m_itemOpen) addToList(QString());
    add(Block::Type::Table).level = depth();
}

void BlockCollector::enterCell(const MD_BLOCK_TD_DETAIL& detail, bool header) {
    if (!header) return;
    m_blocks.last().align << (detail.align == MD_ALIGN_CENTER  ? QStringLiteral("center")
                              : detail.align == MD_ALIGN_RIGHT ? QStringLiteral("right")
                                                               : QStringLiteral("left"));
}

void BlockCollector::enter(MD_BLOCKTYPE type, void* detail) {
    finishText(); // a tight item's text has no paragraph of its own
    switch (type) {
    case MD_BLOCK_QUOTE:
        if (m_itemOpen) addToList(QString());
        ++m_quotes;
        break;
    case MD_BLOCK_UL:
        m_newList |= m_lists.isEmpty();
        m_lists.append(List{});
        break;
    case MD_BLOCK_OL: {
        m_newList |= m_lists.isEmpty();
        const auto& list = *static_cast<const MD_BLOCK_OL_DETAIL*>(detail);
        m_lists.append(List{true, list.start, QString(QLatin1Char(list.mark_delimiter))});
        break;
    }
    case MD_BLOCK_LI:
        enterItem(*static_cast<const MD_BLOCK_LI_DETAIL*>(detail));
        break;
    case MD_BLOCK_HR:
        add(Block::Type::Rule).level = depth();
        break;
    case MD_BLOCK_H:
        m_heading = int(static_cast<const MD_BLOCK_H_DETAIL*>(detail)->level);
        break;
    case MD_BLOCK_CODE:
        enterCode(*static_cast<const MD_BLOCK_CODE_DETAIL*>(detail));
        break;
    case MD_BLOCK_TABLE:
        enterTable();
        break;
    case MD_BLOCK_TR:
        // The first row is the header.
        if (!m_blocks.last().align.isEmpty()) m_blocks.last().rows.append(QStringList());
        break;
    case MD_BLOCK_TH:
        enterCell(*static_cast<const MD_BLOCK_TD_DETAIL*>(detail), true);
        break;
    case MD_BLOCK_TD:
        enterCell(*static_cast<const MD_BLOCK_TD_DETAIL*>(detail), false);
        break;
    case MD_BLOCK_DOC:
    case MD_BLOCK_HTML:
    case MD_BLOCK_P:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
        break;
    }
}

void BlockCollector::leave(MD_BLOCKTYPE type) {
    switch (type) {
    case MD_BLOCK_TH:
        m_blocks.last().header << m_inline.take();
        return;
    case MD_BLOCK_TD:
        if (!m_blocks.last().rows.isEmpty()) m_blocks.last().rows.last() << m_inline.take();
        return;
    default:
        break;
    }
    finishText();
    switch (type) {
    case MD_BLOCK_QUOTE:
        --m_quotes;
        break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        m_lists.removeLast();
        m_continuing = false;
        break;
    case MD_BLOCK_LI:
        if (m_itemOpen) addToList(QString());
        m_continuing = false;
        break;
    case MD_BLOCK_H:
        m_heading = 0;
        break;
    case MD_BLOCK_CODE:
        m_inCode = false;
        m_indent = 0;
        if (m_blocks.last().code.endsWith(u'\n')) m_blocks.last().code.chop(1);
        break;
    default:
        break;
    }
}

void BlockCollector::enter(MD_SPANTYPE type, void* detail) {
    switch (type) {
    case MD_SPAN_EM:
        m_inline.open("i");
        break;
    case MD_SPAN_STRONG:
        m_inline.open("b");
        break;
    case MD_SPAN_DEL:
        m_inline.open("s");
        break;
    case MD_SPAN_U:
        m_inline.open("u");
        break;
    case MD_SPAN_CODE:
        m_inline.open("code");
        break;
    case MD_SPAN_A:
        m_inline.openLink(attributeText(static_cast<const MD_SPAN_A_DETAIL*>(detail)->href));
        break;
    case MD_SPAN_IMG: // nothing is fetched: the description stands for the picture, linked to it
        m_inline.openLink(attributeText(static_cast<const MD_SPAN_IMG_DETAIL*>(detail)->src));
        break;
    case MD_SPAN_LATEXMATH:
        m_inline.add(u"$");
        break;
    case MD_SPAN_LATEXMATH_DISPLAY:
        m_inline.add(u"$$");
        break;
    case MD_SPAN_WIKILINK:
        break;
    }
}

void BlockCollector::leave(MD_SPANTYPE type, void*) {
    switch (type) {
    case MD_SPAN_EM:
        m_inline.close("i");
        break;
    case MD_SPAN_STRONG:
        m_inline.close("b");
        break;
    case MD_SPAN_DEL:
        m_inline.close("s");
        break;
    case MD_SPAN_U:
        m_inline.close("u");
        break;
    case MD_SPAN_CODE:
        m_inline.close("code");
        break;
    case MD_SPAN_A:
    case MD_SPAN_IMG:
        m_inline.closeLink();
        break;
    case MD_SPAN_LATEXMATH:
        m_inline.add(u"$");
        break;
    case MD_SPAN_LATEXMATH_DISPLAY:
        m_inline.add(u"$$");
        break;
    case MD_SPAN_WIKILINK:
        break;
    }
}

// md4c gives the white space before a line of code as spaces, from a buffer of its own. Where they stand for
// exactly what is in the source, that is taken, so that tabs survive.
void BlockCollector::addCode(const MD_CHAR* text, MD_SIZE size) {
    QString& code = m_blocks.last().code;
    const bool fromSource = text >= m_begin && text < m_end;
    if (!fromSource && size > 0 && text[0] == ' ') {
        m_indent += qsizetype(size);
        return;
    }
    const char* start = text;
    if (fromSource)
        while (start > m_begin && (start[-1] == ' ' || start[-1] == '\t'))
            --start;
    qsizetype columns = 0;
    for (const char* c = start; c < text; ++c)
        columns = *c == '\t' ? (columns / 4 + 1) * 4 : columns + 1;
    if (fromSource && columns == m_indent)
        code += fromUtf8(start, MD_SIZE(text - start));
    else
        code += QString(m_indent, u' ');
    m_indent = 0;
    code += fromUtf8(text, size);
}

void BlockCollector::text(MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size) {
    if (m_inCode) {
        addCode(text, size);
        return;
    }
    switch (type) {
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
        m_inline.lineBreak();
        break;
    case MD_TEXT_ENTITY:
        m_inline.addEntity(fromUtf8(text, size));
        break;
    case MD_TEXT_NULLCHAR:
        m_inline.add(u"\ufffd");
        break;
    default:
        m_inline.add(fromUtf8(text, size));
        break;
    }
}

} // namespace ponder
