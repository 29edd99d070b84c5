// Says a sentence to screen readers.
//
// An invisible item whose accessible name is the sentence; announce() tells assistive technology that it
// changed and appeared, which readers speak as a notification. Meant for changes of state ("Thinking",
// "Answer ready"), never for text that streams.
//
// Owner: the window's QML. Thread: GUI. Previous station: ChatController::replyStateChanged.
#pragma once

#include <QQuickItem>

namespace ponder {

class Announcer : public QQuickItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString text READ text NOTIFY textChanged)
public:
    explicit Announcer(QQuickItem* parent = nullptr);

    QString text() const { return m_text; }
    Q_INVOKABLE void announce(const QString& sentence);

signals:
    void textChanged();

private:
    QString m_text;
};

} // namespace ponder
