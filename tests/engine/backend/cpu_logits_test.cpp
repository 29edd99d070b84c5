// Whole-model logits of the processor backend, for every instruction set that this machine has.
#include "tests/support/logits_check.h"
#include "tests/support/simd_targets.h"

using namespace ponder;

namespace {

struct Loaded {
    std::unique_ptr<Model> model;
    std::unique_ptr<Session> session;

    Loaded(const QString& name, std::optional<KvType> kv, std::uint32_t threads = 2) {
        const auto path = test::referenceDir() / "tiny" / (name.toStdString() + ".gguf");
        auto loaded = Model::load({.path = path, .device = "cpu", .kvType = kv, .threads = threads}, {}, {});
        if (!loaded) return;
        model = std::move(*loaded);
        session = std::move(*model->createSession());
    }
};

std::vector<float> wantedLogits(const QString& name) {
    return test::readFloats(test::referenceDir() / "tiny" / (name.toStdString() + ".logits.f32"));
}

bool isFloat(const QString& name) { return name.contains("f16") || name.contains("f32"); }

} // namespace

class CpuLogitsTest : public QObject {
    Q_OBJECT
private slots:
    void wholeModelLogitsAgreeWithTheReferenceData_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<qint64>("target");
        for (const auto& [set, target] : test::simdTargets())
            for (const QString& name : test::tinyModels())
                QTest::addRow("%s on %s", qPrintable(name), set) << name << qint64(target);
    }
    void wholeModelLogitsAgreeWithTheReferenceData() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(const QString, name);
        QFETCH(const qint64, target);
        const test::UseTarget use(target);
        const Loaded cpu(name, {});
        QVERIFY(cpu.session);
        const auto logits = cpu.session->logits(test::tinyTokens(), 0, {});
        QVERIFY(logits);
        const std::vector<float> wanted = wantedLogits(name);
        QCOMPARE(logits->size(), wanted.size());
        const double error = test::nmse(*logits, wanted);
        qInfo("%s: NMSE %.2e", qPrintable(name), error);
        // Quantized weights meet activations of 8 bits; float weights do not.
        QVERIFY2(error <= (isFloat(name) ? 1e-6 : 1e-3), qPrintable(QString::number(error)));
    }
};

QTEST_APPLESS_MAIN(CpuLogitsTest)
#include "cpu_logits_test.moc"
