#include "app/desktop/rich_document.h"

#include <QTextCursor>
#include <QTextDocument>

namespace ponder {

RichDocument::RichDocument(QObject* parent) : QObject(parent) {
    connect(this, &RichDocument::changed, this, &RichDocument::apply);
}

void RichDocument::setDocument(QQuickTextDocument* document) {
    if (document == m_document) return;
    m_document = document;
    if (m_document) m_document->textDocument()->setUndoRedoEnabled(false);
    emit changed();
}

void RichDocument::apply() {
    if (!m_ready || !m_document) return;
    QTextDocument* document = m_document->textDocument();
    document->setDefaultStyleSheet(QStringLiteral("a { color: %1; text-decoration: underline; } "
                                                  "code { font-family: %2; background-color: %3; }")
                                       .arg(m_linkColor.name(), m_codeFamilies, m_codeBackground.name()));
    QTextBlockFormat format;
    if (m_lineHeight > 0) format.setLineHeight(m_lineHeight, QTextBlockFormat::FixedHeight);
    QTextCursor all(document);
    all.beginEditBlock(); // one layout for the removal, the text and its format
    all.select(QTextCursor::Document);
    all.removeSelectedText();
    all.insertHtml(m_html);
    all.select(QTextCursor::Document);
    all.mergeBlockFormat(format);
    all.endEditBlock();
}

} // namespace ponder
