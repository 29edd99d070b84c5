// The whole way from a dropped file to blocks on the screen, with the real engine and the tiny model.
#include "app/chat/app.h"
#include "app/chat/engine_chat.h"
#include "app/models/engine_services.h"

#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

QString tinyModel() {
    return QString::fromStdString((test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf").string());
}

QJsonArray expectedReplies() {
    QFile file(QString::fromStdString((test::dataDir() / "tiny-reasoner/expected.json").string()));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QJsonDocument::fromJson(file.readAll()).object().value(QStringLiteral("q8_0")).toArray();
}

} // namespace

class RealChatTest : public QObject {
    Q_OBJECT
private slots:
    void aDroppedModelThinksAndAnswers();
};

void RealChatTest::aDroppedModelThinksAndAnswers() {
    QTemporaryDir folder;
    Store store(folder.path());
    EngineChat engine;
    App app(engine, store, engineModelServices());
    app.settings()->setDevice(QStringLiteral("reference"));
    app.settings()->setTemperature(0);
    app.library()->openDropped({QUrl::fromLocalFile(tinyModel())});
    QTRY_COMPARE_WITH_TIMEOUT(app.library()->state(), QStringLiteral("ready"), 30000);
    QCOMPARE(app.library()->quantization(), QStringLiteral("Q8_0"));
    QVERIFY(app.library()->reasoning());

    const QJsonArray replies = expectedReplies();
    QVERIFY(replies.size() >= 3);
    for (const QJsonValue& expected : replies) {
        app.chats()->newChat();
        QVERIFY(app.chat()->send(expected[QStringLiteral("question")].toString()));
        QTRY_VERIFY_WITH_TIMEOUT(!app.chat()->busy(), 60000);
        const MessageModel& messages = *app.chat()->messages();
        QCOMPARE(messages.rowCount(), 2);
        const QModelIndex reply = messages.index(1);
        QCOMPARE(reply.data(MessageModel::StateRole).toString(), QStringLiteral("done"));
        QString text = expected[QStringLiteral("greedy_text")].toString();
        text.truncate(text.indexOf(QStringLiteral("<｜end▁of▁sentence｜>")));
        const QStringList parts = text.split(QStringLiteral("</think>"));
        QCOMPARE(parts.size(), 2);
        const int id = reply.data(MessageModel::MessageIdRole).toInt();
        QCOMPARE(messages.thoughtsText(id), parts[0].trimmed());
        QCOMPARE(messages.answerText(id), parts[1].trimmed());
        QCOMPARE(reply.data(MessageModel::ThinkStateRole).toString(), QStringLiteral("done"));
        QVERIFY(reply.data(MessageModel::BlocksRole).value<BlockModel*>()->rowCount() >= 1);
        QVERIFY(reply.data(MessageModel::TokensPerSecondRole).toDouble() > 0);
    }
    QCOMPARE(app.chats()->count(), int(replies.size()));
}

PONDER_TEST(RealChatTest)
#include "real_chat_test.moc"
