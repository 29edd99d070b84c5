#include "app/desktop/window_view.h"

#include "app/chat/app.h"

#include <QQuickWindow>

namespace ponder {

bool WindowView::load(App& app) {
    Settings* settings = app.settings();
    const auto speak = [this, settings, &app] {
        m_languages.use(settings->language());
        app.retranslate();
    };
    speak();
    QObject::connect(settings, &Settings::languageChanged, &m_languages, speak);
    m_qml.addImportPath(QStringLiteral("qrc:/")); // the default only from Qt 6.5 on
    m_qml.load(QUrl(QStringLiteral("qrc:/Ponder/Ui/Main.qml")));
    return window() != nullptr;
}

QQuickWindow* WindowView::window() const {
    const QList<QObject*> roots = m_qml.rootObjects();
    return roots.isEmpty() ? nullptr : qobject_cast<QQuickWindow*>(roots.first());
}

} // namespace ponder
