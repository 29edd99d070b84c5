// What the window shows while something is held over it.
#include "app/models/drop_preview.h"

#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"
#include "tests/support/tiny_model.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QVariantMap>

using namespace ponder;

class DropPreviewTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void rowsArriveAndTheTitleCountsThem();
    void whatCannotBeAddedSaysWhy();
    void aFolderThatCanBeConvertedIsAccepted();
    void anAdapterIsAcceptedWhereAModelIsLoaded();
    void inspectingReturnsAtOnce();
    void rowsOfAnEarlierDragDoNotArrive();
    void theSameThingsAreLookedAtOnce();

private:
    QUrl model(const QString& name) const {
        const QString path = m_folder->filePath(name);
        test::tinyModel("qwen2").set("general.name", name.toStdString()).save(path.toStdU16String());
        return QUrl::fromLocalFile(path);
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void DropPreviewTest::rowsArriveAndTheTitleCountsThem() {
    DropPreview preview;
    preview.setHints([](const RecognizedModel& row) {
        return QVariantMap{{QStringLiteral("spare"), row.title + QStringLiteral(" fits")}};
    });
    preview.inspect({model(QStringLiteral("a")), model(QStringLiteral("b"))});
    QTRY_VERIFY(!preview.busy());
    QCOMPARE(preview.addable(), 2);
    QVERIFY(preview.title().contains(QStringLiteral("2 model")));
    const auto at = [&](int row, int role) { return preview.data(preview.index(row), role).toString(); };
    QCOMPARE(at(0, DropPreview::TitleRole), QStringLiteral("a"));
    QVERIFY(at(1, DropPreview::DetailRole).endsWith(QStringLiteral("used where it is")));
    QCOMPARE(preview.data(preview.index(1), DropPreview::HintsRole)
                 .toMap()
                 .value(QStringLiteral("spare"))
                 .toString(),
             QStringLiteral("b fits"));
    preview.clear();
    QCOMPARE(preview.count(), 0);
}

void DropPreviewTest::whatCannotBeAddedSaysWhy() {
    DropPreview preview;
    QFile zip(m_folder->filePath(QStringLiteral("m.zip")));
    QVERIFY(zip.open(QIODevice::WriteOnly) && zip.write("PK\3\4") == 4);
    zip.close();
    preview.inspect({QUrl::fromLocalFile(zip.fileName())});
    QTRY_VERIFY(!preview.busy());
    QVERIFY(!preview.accepts());
    QVERIFY(preview.data(preview.index(0), DropPreview::DetailRole)
                .toString()
                .contains(QStringLiteral("archive")));
    QVERIFY(!preview.data(preview.index(0), DropPreview::RemedyRole).toString().isEmpty());
    preview.inspect({QUrl::fromLocalFile(zip.fileName()), model(QStringLiteral("a"))});
    QTRY_VERIFY(!preview.busy());
    QVERIFY(preview.accepts());
    QCOMPARE(preview.addable(), 1);
    QCOMPARE(preview.count(), 2);
}

void DropPreviewTest::aFolderThatCanBeConvertedIsAccepted() {
    const QString folder = test::sourcePath("tests/data/huggingface/qwen2-bf16");
    DropPreview preview;
    preview.setHints([](const RecognizedModel& row) {
        return row.folder ? QVariantMap{{QStringLiteral("target"), QStringLiteral("Q4_K_M 1.9 GB")}}
                          : QVariantMap();
    });
    preview.inspect({QUrl::fromLocalFile(folder)});
    QTRY_VERIFY(!preview.busy());
    const auto at = [&](int role) { return preview.data(preview.index(0), role).toString(); };
    QVERIFY(preview.accepts());
    QCOMPARE(preview.addable(), 1);
    QVERIFY2(at(DropPreview::DetailRole).contains(QStringLiteral("BF16")) &&
                 at(DropPreview::DetailRole).endsWith(QStringLiteral(" → Q4_K_M 1.9 GB")),
             qPrintable(at(DropPreview::DetailRole)));
    QVERIFY(at(DropPreview::RemedyRole).isEmpty());
}

void DropPreviewTest::anAdapterIsAcceptedWhereAModelIsLoaded() {
    DropPreview preview;
    preview.inspect({QUrl::fromLocalFile(test::sourcePath("tests/data/lora/style.gguf")),
                     QUrl::fromLocalFile(test::sourcePath("tests/data/lora/turned-peft"))});
    QTRY_VERIFY(!preview.busy());
    QCOMPARE(preview.count(), 2);
    QVERIFY(!preview.accepts());
    preview.setBase(QStringLiteral("R1"));
    QCOMPARE(preview.addable(), 2);
    QVERIFY(preview.data(preview.index(0), DropPreview::DetailRole)
                .toString()
                .endsWith(QStringLiteral("for R1")));
}

void DropPreviewTest::inspectingReturnsAtOnce() {
    QList<QUrl> many;
    for (int i = 0; i < 300; ++i)
        many << model(QString::number(i));
    DropPreview preview;
    preview.inspect(many);
    QVERIFY(preview.busy() && preview.accepts());
    QCOMPARE(preview.count(), 0); // they come through the event loop
    preview.clear();
    QVERIFY(!preview.busy());
}

void DropPreviewTest::rowsOfAnEarlierDragDoNotArrive() {
    QList<QUrl> many;
    for (int i = 0; i < 100; ++i)
        many << model(QString::number(i));
    DropPreview preview;
    preview.inspect(many);
    preview.inspect({model(QStringLiteral("last"))});
    QTRY_VERIFY(!preview.busy());
    QTest::qWait(20);
    QCOMPARE(preview.count(), 1);
    QCOMPARE(preview.rows().first().title, QStringLiteral("last"));
}

void DropPreviewTest::theSameThingsAreLookedAtOnce() {
    DropPreview preview;
    const QList<QUrl> things{model(QStringLiteral("a"))};
    preview.inspect(things);
    QTRY_VERIFY(!preview.busy());
    QSignalSpy reset(&preview, &DropPreview::modelReset);
    preview.inspect(things);
    QCOMPARE(reset.count(), 0);
    QCOMPARE(preview.count(), 1);
}

PONDER_TEST(DropPreviewTest)
#include "drop_preview_test.moc"
