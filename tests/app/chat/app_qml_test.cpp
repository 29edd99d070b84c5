// What QML sees of the application: every name of its interface is there and readable.
#include "app/chat/app.h"
#include "app/chat/fake_chat_engine.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QQmlComponent>
#include <QQmlEngine>
#include <QTemporaryDir>
#include <QTest>
#include <QtQml/qqmlextensionplugin.h>

Q_IMPORT_QML_PLUGIN(Ponder_AppPlugin)

using namespace ponder;

class AppQmlTest : public QObject {
    Q_OBJECT
private slots:
    void everyNameOfTheInterfaceIsThere_data();
    void everyNameOfTheInterfaceIsThere();
    void aChatRunsFromQml();
};

namespace {

struct Desk {
    Desk()
        : store(folder.path()), engine({.tokensPerSecond = 0, .loadMs = 0, .prefillMs = 0}),
          app(engine, store, fakeModelServices()) {
        qml.addImportPath(test::buildPath("qml"));
    }
    QVariant evaluate(const QString& expression) {
        QQmlComponent component(&qml);
        component.setData(QStringLiteral("import QtQml\nimport Ponder.App\nQtObject { property var v: %1 }")
                              .arg(expression)
                              .toUtf8(),
                          QUrl());
        std::unique_ptr<QObject> object(component.create());
        if (!object) return component.errorString();
        return object->property("v");
    }
    QTemporaryDir folder;
    Store store;
    FakeChatEngine engine;
    App app;
    QQmlEngine qml;
};

} // namespace

void AppQmlTest::everyNameOfTheInterfaceIsThere_data() {
    QTest::addColumn<QString>("object");
    QTest::addColumn<QStringList>("names");
    QTest::newRow("App") << "App" << QStringList{"chats", "chat", "library", "settings", "version", "notice"};
    QTest::newRow("chats") << "App.chats" << QStringList{"newChat",    "open",          "remove",
                                                         "undoRemove", "canUndoRemove", "removedTitle",
                                                         "rename",     "currentId",     "count"};
    QTest::newRow("chat") << "App.chat"
                          << QStringList{"messages",
                                         "busy",
                                         "busyElsewhere",
                                         "canSend",
                                         "phase",
                                         "prefillFraction",
                                         "contextUsed",
                                         "contextTotal",
                                         "thinking",
                                         "draft",
                                         "send",
                                         "stop",
                                         "regenerate",
                                         "editLastQuestion",
                                         "cancelEdit",
                                         "editing",
                                         "replyStateChanged",
                                         "showVariant"};
    QTest::newRow("thinking") << "App.chat.thinking"
                              << QStringList{"canTurnOff",    "on",     "efforts",
                                             "defaultEffort", "effort", "canKeepEarlier",
                                             "keepsEarlier"};
    QTest::newRow("messages") << "App.chat.messages" << QStringList{"answerText", "thoughtsText", "count"};
    QTest::newRow("library")
        << "App.library"
        << QStringList{"state",        "name",          "quantization",  "device",      "progress",
                       "progressText", "errorText",     "note",          "memoryBytes", "deviceMemoryBytes",
                       "reasoning",    "contextTokens", "recent",        "devices",     "open",
                       "openDropped",  "preview",       "cancel",        "unload",      "retry",
                       "forget",       "useDevice",     "graphicsMemory"};
    QTest::newRow("settings") << "App.settings"
                              << QStringList{"language", "theme",         "thoughtsMode", "reducedMotion",
                                             "device",   "contextTokens", "instruction",  "temperature",
                                             "topP",     "windowWidth",   "windowHeight"};
}

void AppQmlTest::everyNameOfTheInterfaceIsThere() {
    QFETCH(QString, object);
    QFETCH(QStringList, names);
    Desk desk;
    for (const QString& name : names) {
        const QVariant type = desk.evaluate(QStringLiteral("typeof %1.%2").arg(object, name));
        QVERIFY2(type.toString() != QLatin1String("undefined") && type.toString().size() < 12,
                 qPrintable(name + u' ' + type.toString()));
    }
}

void AppQmlTest::aChatRunsFromQml() {
    Desk desk;
    desk.evaluate(QStringLiteral("App.library.open('file:///models/r1.gguf')"));
    QTRY_VERIFY(desk.evaluate(QStringLiteral("App.chat.canSend")).toBool());
    QVERIFY(desk.evaluate(QStringLiteral("App.chat.send('Why?')")).toBool());
    QTRY_VERIFY(!desk.evaluate(QStringLiteral("App.chat.busy")).toBool());
    QCOMPARE(desk.evaluate(QStringLiteral("App.chat.messages.count")).toInt(), 2);
    desk.evaluate(QStringLiteral("App.library.preview.inspect(['file:///x.zip'])"));
    QTRY_VERIFY(!desk.evaluate(QStringLiteral("App.library.preview.busy")).toBool());
    QCOMPARE(desk.evaluate(QStringLiteral("App.library.preview.count")).toInt(), 1);
    QVERIFY(!desk.evaluate(QStringLiteral("App.library.preview.accepts")).toBool());
}

PONDER_TEST(AppQmlTest)
#include "app_qml_test.moc"
