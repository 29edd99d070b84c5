// What dropping files on the window leads to.
#include "app/models/dropped_files.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace ponder;

class DroppedFilesTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aModelFileIsChosenWithItsSize();
    void anyPartOfASplitSetStandsForTheWhole();
    void aFolderWithOneModelIsThatModel();
    void severalModelsAreRefused();
    void otherFormatsAreNamed_data();
    void otherFormatsAreNamed();
    void whatIsNoFileIsRefused();
    void partNamesAreRecognized();

private:
    QUrl make(const QString& name, const QByteArray& content = "GGUF\3\0\0\0") const {
        QFile file(m_folder->filePath(name));
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write %s", qPrintable(name));
        file.write(content);
        return QUrl::fromLocalFile(file.fileName());
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void DroppedFilesTest::aModelFileIsChosenWithItsSize() {
    const DroppedModel chosen = chooseDropped(
        {make(QString::fromUtf8("모델 #1 100%.gguf"), QByteArray("GGUF") + QByteArray(96, 'x'))});
    QVERIFY(chosen.ok());
    QCOMPARE(chosen.path, m_folder->filePath(QString::fromUtf8("모델 #1 100%.gguf")));
    QCOMPARE(chosen.title, QString::fromUtf8("모델 #1 100%.gguf"));
    QCOMPARE(chosen.detail, QStringLiteral("100 bytes"));
}

void DroppedFilesTest::anyPartOfASplitSetStandsForTheWhole() {
    const QUrl first =
        make(QStringLiteral("m-00001-of-00002.gguf"), QByteArray("GGUF") + QByteArray(46, 'x'));
    const QUrl second =
        make(QStringLiteral("m-00002-of-00002.gguf"), QByteArray("GGUF") + QByteArray(46, 'x'));
    for (const QList<QUrl>& dropped : {QList{first}, QList{second}, QList{second, first}}) {
        const DroppedModel chosen = chooseDropped(dropped);
        QVERIFY(chosen.ok());
        QCOMPARE(chosen.detail, QStringLiteral("100 bytes"));
    }
}

void DroppedFilesTest::aFolderWithOneModelIsThatModel() {
    make(QStringLiteral("only.gguf"));
    make(QStringLiteral("README.md"), "text");
    QVERIFY(chooseDropped({QUrl::fromLocalFile(m_folder->path())}).ok());
}

void DroppedFilesTest::severalModelsAreRefused() {
    const DroppedModel chosen =
        chooseDropped({make(QStringLiteral("a.gguf")), make(QStringLiteral("b.gguf"))});
    QVERIFY(!chosen.ok());
    QVERIFY(chosen.detail.contains(QStringLiteral("one model at a time")));
}

void DroppedFilesTest::otherFormatsAreNamed_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("words");
    QTest::newRow("safetensors") << "model.safetensors"
                                 << "safetensors";
    QTest::newRow("bin") << "pytorch_model.bin"
                         << "PyTorch";
    QTest::newRow("onnx") << "model.onnx"
                          << "ONNX";
    QTest::newRow("zip") << "model.zip"
                         << "archive";
    QTest::newRow("download") << "model.gguf.part"
                              << "unfinished";
    QTest::newRow("damaged") << "model.gguf"
                             << "no GGUF model";
    QTest::newRow("text") << "notes.txt"
                          << "not a model file";
}

void DroppedFilesTest::otherFormatsAreNamed() {
    QFETCH(QString, name);
    QFETCH(QString, words);
    const DroppedModel chosen = chooseDropped({make(name, "something else")});
    QVERIFY(!chosen.ok());
    QVERIFY2(chosen.title.contains(words), qPrintable(chosen.title));
    QVERIFY(chosen.title.contains(name));
    QVERIFY(!chosen.detail.isEmpty());
}

void DroppedFilesTest::whatIsNoFileIsRefused() {
    QVERIFY(!chooseDropped({}).ok());
    QVERIFY(!chooseDropped({QUrl(QStringLiteral("https://x.org/m.gguf"))}).ok());
    QVERIFY(!chooseDropped({QUrl::fromLocalFile(m_folder->filePath(QStringLiteral("gone.gguf")))}).ok());
    QVERIFY(!chooseDropped({QUrl::fromLocalFile(m_folder->path())}).ok());
    make(QStringLiteral("a.safetensors"), "x");
    const DroppedModel chosen = chooseDropped({QUrl::fromLocalFile(m_folder->path())});
    QVERIFY(chosen.title.contains(QStringLiteral("safetensors")));
}

void DroppedFilesTest::partNamesAreRecognized() {
    QCOMPARE(splitSetName(QStringLiteral("m-00002-of-00003.gguf")), QStringLiteral("m"));
    QCOMPARE(splitSetName(QStringLiteral("m-2-of-3.gguf")), QStringLiteral("m-2-of-3.gguf"));
    QCOMPARE(splitSetName(QStringLiteral("m.gguf")), QStringLiteral("m.gguf"));
}

QTEST_GUILESS_MAIN(DroppedFilesTest)
#include "dropped_files_test.moc"
