// Puts text on the system's clipboard.
//
// Takes plain text; gives nothing back. QML singleton, owned by the QML engine. Thread: GUI.
// Next station: whatever the user pastes into.
#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class Clipboard : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON
public:
    using QObject::QObject;

    Q_INVOKABLE void copy(const QString& text);
};

} // namespace ponder
