// The whole way of one question in the real window: a real model file, the real engine, thoughts and answer.
#include "app/chat/app.h"
#include "app/chat/engine_chat.h"
#include "app/desktop/window_view.h"
#include "app/models/engine_services.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QQuickWindow>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

class RealModelTest : public QObject {
    Q_OBJECT
private slots:
    void aQuestionTypedIntoTheWindowIsThoughtAboutAndAnswered() {
        QTemporaryDir data;
        Store store(data.path());
        EngineChat engine;
        App app(engine, store, engineModelServices());
        app.settings()->setDevice(QStringLiteral("reference"));
        WindowView view;
        QVERIFY(view.load(app));
        app.library()->open(test::sourcePath("tests/data/tiny-reasoner/tiny-reasoner-q8_0.gguf"));
        QTRY_COMPARE_WITH_TIMEOUT(app.library()->state(), QStringLiteral("ready"), 30'000);

        view.window()->requestActivate();
        QTRY_VERIFY(view.window()->activeFocusItem());
        for (const char letter : QByteArray("What is 27 + 15?"))
            QTest::keyClick(view.window(), letter);
        QTest::keyClick(view.window(), Qt::Key_Return);
        QTRY_VERIFY(app.chat()->busy());
        QTRY_VERIFY_WITH_TIMEOUT(!app.chat()->busy(), 60'000);

        MessageModel* messages = app.chat()->messages();
        QCOMPARE(messages->count(), 2);
        const QModelIndex reply = messages->index(1);
        QCOMPARE(messages->data(reply, MessageModel::ThinkStateRole).toString(), QStringLiteral("done"));
        const int id = messages->data(reply, MessageModel::MessageIdRole).toInt();
        QVERIFY(!messages->thoughtsText(id).isEmpty());
        QVERIFY2(messages->answerText(id).contains(QStringLiteral("42")),
                 qPrintable(messages->answerText(id)));
        QVERIFY(messages->data(reply, MessageModel::TokensPerSecondRole).toDouble() > 0);
    }
};

PONDER_TEST(RealModelTest)
#include "real_model_test.moc"
