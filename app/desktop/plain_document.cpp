#include "app/desktop/plain_document.h"

#include <QTextCursor>
#include <QTextDocument>

namespace ponder {

void PlainDocument::setDocument(QQuickTextDocument* document) {
    if (document == m_document) return;
    m_document = document;
    if (m_document) m_document->textDocument()->setUndoRedoEnabled(false);
    emit documentChanged();
    replaceAll();
}

void PlainDocument::setText(const QString& text) {
    if (text == m_text) return;
    const bool grows = !m_text.isEmpty() && text.startsWith(m_text);
    const QString rest = grows ? text.mid(m_text.size()) : QString();
    m_text = text;
    if (grows && m_document) {
        QTextCursor end(m_document->textDocument());
        end.movePosition(QTextCursor::End);
        end.insertText(rest); // a new block takes the format of the one before
    } else {
        replaceAll();
    }
    emit textChanged();
}

void PlainDocument::setLineHeight(double pixels) {
    if (pixels == m_lineHeight) return;
    m_lineHeight = pixels;
    emit lineHeightChanged();
    replaceAll();
}

void PlainDocument::replaceAll() {
    if (!m_document) return;
    QTextBlockFormat format;
    if (m_lineHeight > 0) format.setLineHeight(m_lineHeight, QTextBlockFormat::FixedHeight);
    QTextCursor all(m_document->textDocument());
    all.beginEditBlock();
    all.select(QTextCursor::Document);
    all.removeSelectedText();
    all.setBlockFormat(format);
    all.insertText(m_text);
    all.endEditBlock();
}

} // namespace ponder
