// The fonts of the window, by language.
//
// Inter where it is installed, else the system's font; behind it the CJK family of the language, so that
// Chinese is never drawn with Japanese glyph shapes. Sizes are in device-independent pixels and may be
// fractions (13.5), which QFont::setPixelSize cannot hold.
//
// QML singleton, owned by the QML engine. Thread: GUI. Next station: ui/theme/Theme.qml.
#pragma once

#include <QFont>
#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class Typeface : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON
public:
    explicit Typeface(QObject* parent = nullptr);

    // weight: 400 normal, 500, 600, 700.
    Q_INVOKABLE QFont text(const QString& language, double pixels, int weight) const;
    Q_INVOKABLE QFont code(const QString& language, double pixels) const;
    Q_INVOKABLE QString codeFamilies(const QString& language) const; // for style sheets of rich text

private:
    QStringList installed(const QStringList& wanted) const;

    QStringList m_families;
};

} // namespace ponder
