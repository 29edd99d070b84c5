#include "app/desktop/window_view.h"

#include "app/chat/app.h"

#include <QQuickWindow>
#include <QQmlAbstractUrlInterceptor>
#include <QFile>

namespace ponder {

namespace {
struct XDisk : QQmlAbstractUrlInterceptor {
    QUrl intercept(const QUrl& url, DataType type) override {
        const QString p = url.toString();
        if (!p.startsWith(QLatin1String("qrc:/Ponder/Ui/"))) return url;
        QStringList parts = p.mid(15).split(u'/');
        const QString root = qEnvironmentVariable("XQML");
        if (type == QmldirFile || p.endsWith(QLatin1String("qmldir"))) return QUrl::fromLocalFile(root + QStringLiteral("/build/qml/Ponder/Ui/") + parts.join(u'/'));
        QString folder = parts.size() > 1 ? parts.first().toLower() + u'/' : QString();
        const QString file = root + QStringLiteral("/ui/") + folder + parts.last();
        return QFile::exists(file) ? QUrl::fromLocalFile(file) : url;
    }
};
}
bool WindowView::load(App& app) {
    static XDisk disk;
    if (qEnvironmentVariableIsSet("XQML")) m_qml.addUrlInterceptor(&disk);
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
