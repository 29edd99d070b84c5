// The tiny reasoning model's greedy replies, token for token, on every kind of device.
#include "tests/support/real_models.h"
#include "tests/support/test_class.h"

using namespace ponder;

class ReasonerRepliesTest : public QObject {
    Q_OBJECT
private slots:
    void wholeGreedyRepliesAreEqual_data() {
        QTest::addColumn<QString>("device");
        QTest::addColumn<QString>("file");
        for (const DeviceInfo& device : listDevices())
            for (const QString file : {"q8_0", "q4_k_m"})
                QTest::addRow("%s %s", device.id.c_str(), qPrintable(file))
                    << QString::fromStdString(device.id) << file;
    }
    void wholeGreedyRepliesAreEqual() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(QString, device);
        QFETCH(QString, file);
        const auto dir = test::referenceDir() / "tiny-reasoner";
        const QJsonArray cases = test::referenceJson("tiny-reasoner/expected.json")[file].toArray();
        QVERIFY(!cases.isEmpty());

        LoadOptions options;
        options.path = dir / ("tiny-reasoner-" + file.toStdString() + ".gguf");
        options.device = device.toStdString();
        options.precision = Precision::Float; // every token is compared
        auto model = Model::load(options, {}, {});
        QVERIFY2(model, model ? "" : model.error().message().c_str());
        auto session = (*model)->createSession();
        QVERIFY(session);
        for (const QJsonValue& one : cases) {
            GenerateSettings settings;
            settings.sampling.temperature = 0;
            std::vector<TokenId> got;
            const auto done = (*session)->generate(test::idsOf(one["prompt_ids"]), settings,
                                                   [&](const ReplyToken& token) {
                                                       got.push_back(token.id);
                                                       return true;
                                                   },
                                                   {});
            QVERIFY(done);
            QVERIFY2(got == test::idsOf(one["greedy_ids"]), qPrintable(one["question"].toString()));
        }
    }
};

PONDER_TEST(ReasonerRepliesTest)
#include "reasoner_replies_test.moc"
