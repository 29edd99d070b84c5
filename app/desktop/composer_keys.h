// Decides what Enter does in the composer, input methods respected.
//
// Watches the events of a text item. Enter alone sends, Shift+Enter goes through (a new line). While an input
// method composes:
//   - Hangul has no candidate list, so the one Enter finishes the syllable and sends. The syllable is
//     committed first, and a second commit of it that an input method delivers late is dropped.
//   - Any other composition (Chinese, Japanese) owns its Enter: nothing is sent, no line is added. An Enter
//     that arrives right behind the commit is the one that ended the composition and does not send either.
//
// Gives the signal sendRequested() when the text of the target is complete.
// Owner: QML, beside the text item. Thread: GUI. Next station: Composer.qml.
#pragma once

#include <QElapsedTimer>
#include <QPointer>
#include <QQuickItem>

class QInputMethodEvent;
class QKeyEvent;

namespace ponder {

class ComposerKeys : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QQuickItem* target READ target WRITE setTarget NOTIFY targetChanged)
public:
    using QObject::QObject;

    QQuickItem* target() const { return m_target; }
    void setTarget(QQuickItem* target);
    bool eventFilter(QObject* watched, QEvent* event) override;

    // What is being composed becomes text now.
    Q_INVOKABLE void commitPreedit();

    static bool isHangul(const QString& text);

signals:
    void targetChanged();
    void sendRequested();

private:
    bool enterPressed(QKeyEvent* event);
    bool inputMethodEvent(QInputMethodEvent* event);

    QPointer<QQuickItem> m_target;
    QString m_preedit;
    QString m_lateCommit;      // the syllable sent with Enter, while it may still be delivered again
    QElapsedTimer m_sinceSend; // started when m_lateCommit was set
    QElapsedTimer m_sinceCompositionEnd; // of a composition that was not Hangul
};

} // namespace ponder
