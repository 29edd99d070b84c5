#include "tests/support/logits_check.h"
#include "tests/support/test_class.h"

using namespace ponder;

class ReferenceLogitsTest : public QObject {
    Q_OBJECT
private slots:
    void wholeModelLogitsAgreeWithTheReferenceData_data() {
        QTest::addColumn<QString>("name");
        for (const QString& name : test::tinyModels())
            QTest::newRow(qPrintable(name)) << name;
        QTest::newRow("deepseek-v3-q4_k_m") << "deepseek-v3-q4_k_m";
    }
    void wholeModelLogitsAgreeWithTheReferenceData() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(QString, name);
        const auto dir = test::referenceDir() / "tiny";
        auto model =
            Model::load({.path = dir / (name.toStdString() + ".gguf"), .device = "reference"}, {}, {});
        QVERIFY2(model, model ? "" : model.error().message().c_str());
        auto session = (*model)->createSession();
        QVERIFY(session);
        const auto logits = (*session)->logits(test::tinyTokens(), 0, {});
        QVERIFY(logits);
        const std::vector<float> wanted = test::readFloats(dir / (name.toStdString() + ".logits.f32"));
        QCOMPARE(logits->size(), wanted.size());
        const double error = test::nmse(*logits, wanted);
        qInfo("%s: NMSE %.2e", qPrintable(name), error);
        QVERIFY2(error <= 1e-9, qPrintable(QString::number(error)));
        QCOMPARE(test::wrongArgmax(*logits, wanted, (*model)->config().vocabulary), 0);
    }
    void tokensRunOneByOneGiveTheSameLogitsAsAWholeBatch() {
        PONDER_NEEDS_REFERENCE();
        const auto path = test::referenceDir() / "tiny/qwen2-tied-q4_k_m.gguf";
        auto model = Model::load({.path = path, .device = "reference"}, {}, {});
        QVERIFY(model);
        auto whole = (*model)->createSession();
        const auto tokens = test::tinyTokens();
        const auto wanted = (*whole)->logits(tokens, tokens.size() - 1, {});
        auto single = (*model)->createSession();
        GenerateSettings settings;
        settings.maxTokens = 1;
        for (std::size_t n = 1; n < tokens.size(); ++n) {
            const auto run = (*single)->generate(std::span(tokens).first(n), settings, {}, {});
            QVERIFY(run);
            QCOMPARE(run->reusedTokens, static_cast<std::uint32_t>(n - 1));
        }
        TokenId first = 0;
        settings.sampling.temperature = 0;
        QVERIFY((*single)->generate(tokens, settings,
                                    [&](const ReplyToken& t) {
                                        first = t.id;
                                        return true;
                                    },
                                    {}));
        QCOMPARE(first,
                 static_cast<TokenId>(std::max_element(wanted->begin(), wanted->end()) - wanted->begin()));
    }
};

PONDER_TEST(ReferenceLogitsTest)
#include "reference_logits_test.moc"
