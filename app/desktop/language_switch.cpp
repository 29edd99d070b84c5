#include "app/desktop/language_switch.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QQmlEngine>

namespace ponder {
namespace {

LanguageSwitch* s_instance = nullptr;

} // namespace

LanguageSwitch::LanguageSwitch(QObject* parent) : QObject(parent) {
    s_instance = this;
    QCoreApplication::installTranslator(&m_toolkit);
    QCoreApplication::installTranslator(&m_own);
}

LanguageSwitch::~LanguageSwitch() {
    if (s_instance == this) s_instance = nullptr;
}

LanguageSwitch* LanguageSwitch::create(QQmlEngine* engine, QJSEngine*) {
    if (!s_instance) new LanguageSwitch(engine);
    s_instance->m_engine = engine;
    QJSEngine::setObjectOwnership(s_instance, QJSEngine::CppOwnership);
    if (s_instance->m_language.isEmpty()) s_instance->use(QStringLiteral("system"));
    return s_instance;
}

QString LanguageSwitch::resolve(const QString& code, const QStringList& preferred) {
    const QStringList known{QStringLiteral("en"), QStringLiteral("zh_CN"), QStringLiteral("ko")};
    if (known.contains(code)) return code;
    for (const QString& wish : preferred) {
        for (const QString& language : known)
            if (wish.startsWith(QStringView(language).left(2))) return language;
    }
    return known.front();
}

void LanguageSwitch::use(const QString& code) {
    const QString language = resolve(code, QLocale::system().uiLanguages());
    if (language == m_language) return;
    m_language = language;
    // A translator that is installed and loads another file sends LanguageChange by itself.
    if (!m_own.load(QStringLiteral(":/i18n/ponder_%1.qm").arg(language)))
        qWarning("The translation ponder_%s is missing from this build.", qPrintable(language));
    // Not every installation carries Qt's own translations; its dialogs then stay English.
    (void)m_toolkit.load(QStringLiteral("qtbase_%1").arg(language),
                         QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    QLocale::setDefault(QLocale(language));
    if (m_engine) m_engine->retranslate();
    emit languageChanged();
}

} // namespace ponder
