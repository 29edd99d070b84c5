// The composition root of the window: the only place that sees both ui/ and engine/.
#include "app/chat/app.h"
#include "app/chat/engine_chat.h"
#include "app/chat/fake_chat_engine.h"
#include "app/desktop/keyring_token_store.h"
#include "app/desktop/screenshot_tour.h"
#include "app/desktop/window_options.h"
#include "app/desktop/window_view.h"
#include "app/fit/disk_bandwidth.h"
#include "app/fit/processor_bandwidth.h"
#include "app/models/engine_services.h"
#include "app/store/cache_folder.h"

#include <QFileInfo>
#include <QGuiApplication>
#include <QQuickStyle>
#include <QTimer>

#include <cstdio>
#include <memory>

namespace {

// Pictures need neither a screen nor a graphics card. This must be known before the application exists.
void drawWithoutAScreen(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (!QByteArrayView(argv[i]).startsWith("--screenshots")) continue;
        qputenv("QT_QPA_PLATFORM", "offscreen");
        qputenv("QT_QUICK_BACKEND", "software");
        qputenv("QT_SCALE_FACTOR", "1");
    }
}

// When the file system has said so; somebody may have opened another one by then.
void openWhereItIsThere(ponder::App& app, const QString& path) {
    auto* once = new QObject(&app);
    QObject::connect(app.library()->models(), &ponder::LibraryModel::looked, once,
                     [&app, once, path](const QString& looked, bool there) {
                         if (looked != path) return;
                         once->deleteLater();
                         if (there && app.library()->state() == u"none") app.library()->open(path);
                     });
}

// The model to begin with: the one asked for, else the one used last.
void openFirstModel(ponder::App& app, const ponder::WindowOptions& options) {
    QString path = options.model;
    if (QFileInfo(path).isDir()) { // of weights, of an adapter, of many models: as if it were dropped
        app.library()->openDropped({QUrl::fromLocalFile(path)});
        return;
    }
    if (path.isEmpty() && options.fake) path = QStringLiteral("DeepSeek-R1-Distill-Qwen-7B.gguf");
    const ponder::RecentModel* recent = app.library()->recent();
    const QModelIndex first = recent->index(0);
    if (!path.isEmpty()) return app.library()->open(path);
    if (first.isValid()) openWhereItIsThere(app, first.data(ponder::RecentModel::PathRole).toString());
}

std::unique_ptr<ponder::ChatEngine> makeEngine(bool fake, const ponder::Store& store) {
    if (fake) return std::make_unique<ponder::FakeChatEngine>();
    auto engine = std::make_unique<ponder::EngineChat>();
    engine->keepChatsIn(QFileInfo(store.file()).path() + QStringLiteral("/kv"));
    return engine;
}

ponder::ModelServices machineServices() {
    ponder::ModelServices services =
        ponder::engineModelServices([] { return ponder::processorBandwidth(ponder::cacheFolder()); });
    services.diskBandwidth = ponder::diskBandwidth;
    return services;
}

int show(const ponder::WindowOptions& options) {
    ponder::Store store(options.data.isEmpty() ? ponder::Database::defaultFolder() : options.data);
    const std::unique_ptr<ponder::ChatEngine> engine = makeEngine(options.fake, store);
    ponder::KeyringTokenStore tokens;
    ponder::App app(*engine, store, options.fake ? ponder::fakeModelServices() : machineServices(),
                    options.fake ? nullptr : &tokens);
    ponder::WindowView view;
    if (!view.load(app)) return 1;
    openFirstModel(app, options);
    if (options.quitAfterMs > 0) QTimer::singleShot(options.quitAfterMs, qApp, &QCoreApplication::quit);
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char** argv) {
    drawWithoutAScreen(argc, argv);
    QGuiApplication application(argc, argv);
    QGuiApplication::setApplicationName(QStringLiteral("ponder"));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Ponder"));
    QGuiApplication::setApplicationVersion(QStringLiteral(PONDER_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("ponder"));
    QQuickStyle::setStyle(QStringLiteral("Basic")); // of Qt's own file dialog, where the system has none

    const ponder::WindowOptions options = ponder::WindowOptions::parse(QCoreApplication::arguments());
    if (options.exit) {
        std::fputs(qPrintable(options.exit->text), options.exit->status == 0 ? stdout : stderr);
        return options.exit->status;
    }
    if (options.screenshots.isEmpty()) return show(options);
    const QString error = ponder::drawScreenshots(options.screenshots);
    if (!error.isEmpty()) std::fprintf(stderr, "ponder: %s\n", qPrintable(error));
    return error.isEmpty() ? 0 : 1;
}
