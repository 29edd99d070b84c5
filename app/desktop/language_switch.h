// Speaks the user's language, switchable while the window is open.
//
// Takes a language code ("system", "en", "zh_CN", "ko"), installs the translation embedded under :/i18n and
// tells the QML engine to evaluate every translated text again. "system" chooses by the list of languages
// the desktop prefers, English where none of them is known.
//
// One per process, made by main.cpp before the QML engine loads; QML sees the same one. Thread: GUI.
// Next station: qsTr() and tr() everywhere.
#pragma once

#include <QLocale>
#include <QObject>
#include <QStringList>
#include <QTranslator>
#include <QtQml/qqmlregistration.h>

class QJSEngine;
class QQmlEngine;

namespace ponder {

class LanguageSwitch : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON
    // The language shown now: "en", "zh_CN" or "ko"; never "system".
    Q_PROPERTY(QString language READ language NOTIFY languageChanged)
    Q_PROPERTY(QLocale locale READ locale NOTIFY languageChanged)
public:
    // No default argument: QML would prefer a default constructor to create() and make a second one.
    explicit LanguageSwitch(QObject* parent);
    ~LanguageSwitch() override;

    static LanguageSwitch* create(QQmlEngine* engine, QJSEngine*);

    QString language() const { return m_language; }
    QLocale locale() const { return QLocale(m_language); }
    void use(const QString& code);

    // The code to show for a setting and the desktop's preferences ("ko-KR", "zh-Hans-CN", ...).
    static QString resolve(const QString& code, const QStringList& preferred);

signals:
    void languageChanged();

private:
    QTranslator m_own;
    QTranslator m_toolkit; // texts of Qt's own dialogs
    QString m_language;
    QQmlEngine* m_engine = nullptr;
};

} // namespace ponder
