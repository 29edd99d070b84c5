// Inline rich text of a TextEdit, in the window's type.
//
// Takes the document of a TextEdit, safe HTML (from the Markdown renderer: bold, italic, code, links), a line
// height in pixels and the looks of links and inline code; lays the document out once per change.
//
// Owner: QML, beside the TextEdit. Thread: GUI. Previous station: block model.
#pragma once

#include <QColor>
#include <QObject>
#include <QPointer>
#include <QtQml/qqmlregistration.h>
#include <QtQuick/QQuickTextDocument>

namespace ponder {

class RichDocument : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QQuickTextDocument* document MEMBER m_document WRITE setDocument NOTIFY changed)
    Q_PROPERTY(QString html MEMBER m_html NOTIFY changed)
    Q_PROPERTY(double lineHeight MEMBER m_lineHeight NOTIFY changed) // 0: the font's
    // Set by Component.onCompleted of the TextEdit, which empties its document when it is complete.
    Q_PROPERTY(bool ready MEMBER m_ready NOTIFY changed)
    Q_PROPERTY(QColor linkColor MEMBER m_linkColor NOTIFY changed)
    Q_PROPERTY(QColor codeBackground MEMBER m_codeBackground NOTIFY changed)
    Q_PROPERTY(QString codeFamilies MEMBER m_codeFamilies NOTIFY changed)
public:
    explicit RichDocument(QObject* parent = nullptr);

    void setDocument(QQuickTextDocument* document);

signals:
    void changed();

private:
    void apply();

    QPointer<QQuickTextDocument> m_document;
    QString m_html;
    double m_lineHeight = 0;
    QColor m_linkColor;
    QColor m_codeBackground;
    QString m_codeFamilies;
    bool m_ready = false;
};

} // namespace ponder
