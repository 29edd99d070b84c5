// How long the page of models waits for its list: the catalogues are read, and every model is answered for.
#include "app/fit/fit_list.h"
#include "tests/support/cpu_time.h"
#include "tests/support/test_class.h"

#include <QFile>
#include <QTest>

#include <algorithm>

using namespace ponder;

namespace {

QByteArray catalogue(const char* name) {
    QFile file(QStringLiteral(":/catalogue/") + QLatin1String(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Of this thread, the best of several rounds: caches of the machine warm up.
template<class Work>
double bestMilliseconds(Work work) {
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
        const double started = test::threadSeconds();
        work();
        best = std::min(best, (test::threadSeconds() - started) * 1e3);
    }
    return best;
}

} // namespace

class CatalogueBench : public QObject {
    Q_OBJECT
private slots:
    void theGpusAreReadInLessThanTwentyFiveMilliseconds() {
        const QByteArray json = catalogue("gpus.json");
        const double took = bestMilliseconds([&] { QVERIFY(bool(GpuCatalogue::parse(json))); });
        qInfo("%lld bytes in %.2f ms", qlonglong(json.size()), took);
        QVERIFY(took < 25); // half of what a whole list may take
    }
    void theModelsAreReadInLessThanTwentyFiveMilliseconds() {
        const QByteArray json = catalogue("models.json");
        const double took = bestMilliseconds([&] { QVERIFY(bool(ModelCatalogue::parse(json))); });
        qInfo("%lld bytes in %.2f ms", qlonglong(json.size()), took);
        QVERIFY(took < 25);
    }
    void theWholeCatalogueIsAnsweredInLessThanFiftyMilliseconds() {
        DeviceInfo processor;
        processor.kind = DeviceKind::Processor;
        processor.cores = 8;
        processor.memoryBytes = processor.freeBytes = std::uint64_t{32} << 30;
        FitListQuestion question;
        question.device = FitDevice::of(
            *GpuCatalogue::builtIn().find(QStringLiteral("NVIDIA GeForce RTX 4070")), processor, 50e9);
        ModelCatalogue::builtIn();
        std::size_t rows = 0;
        const double took = bestMilliseconds([&] {
            FitModels fresh;
            rows = fitList(ModelCatalogue::builtIn(), question, fresh).size();
        });
        qInfo("%zu rows in %.1f ms", rows, took);
        QVERIFY(rows >= 41 && took < 50);
    }
};

PONDER_TEST(CatalogueBench)
#include "catalogue_bench.moc"
