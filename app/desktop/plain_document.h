// Plain text of a TextEdit that grows at its end.
//
// Takes the document of a TextEdit, the whole text so far and a line height in pixels. When the new text
// begins with the old one, only the rest is inserted, so a long code block or thought is not laid out again
// for every token; anything else replaces the document. TextEdit has no line height of its own (Text has).
//
// Owner: QML, beside the TextEdit. Thread: GUI. Previous station: block or thought model.
#pragma once

#include <QObject>
#include <QPointer>
#include <QtQml/qqmlregistration.h>
#include <QtQuick/QQuickTextDocument>

namespace ponder {

class PlainDocument : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QQuickTextDocument* document READ document WRITE setDocument NOTIFY documentChanged)
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)
    Q_PROPERTY(
        double lineHeight READ lineHeight WRITE setLineHeight NOTIFY lineHeightChanged) // 0: the font's
public:
    using QObject::QObject;

    QQuickTextDocument* document() const { return m_document; }
    QString text() const { return m_text; }
    double lineHeight() const { return m_lineHeight; }
    void setDocument(QQuickTextDocument* document);
    void setText(const QString& text);
    void setLineHeight(double pixels);

signals:
    void documentChanged();
    void textChanged();
    void lineHeightChanged();

private:
    void replaceAll();

    QPointer<QQuickTextDocument> m_document;
    QString m_text;
    double m_lineHeight = 0;
};

} // namespace ponder
