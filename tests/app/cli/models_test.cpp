// ponder-cli models: the window's library from the command line.
#include "tests/app/cli/cli_run.h"
#include "tests/support/ollama_folder.h"
#include "tests/support/test_class.h"
#include "tests/support/usable_model.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QLockFile>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;
using test::runCli;

class ModelsTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("PONDER_DATA_DIR", m_folder->filePath(QStringLiteral("data")).toUtf8());
        qputenv("PONDER_MODELS_DIR", m_folder->filePath(QStringLiteral("own")).toUtf8());
        qputenv("HOME", m_folder->path().toUtf8());
        qputenv("OLLAMA_MODELS", m_folder->filePath(QStringLiteral("ollama")).toUtf8());
    }

    void whatIsAddedIsListed();
    void severalPathsAreAddedAndRefusedInOneGo();
    void aModelIsRenamedByItsNameAndRemovedByItsPath();
    void aCopyGoesIntoPondersOwnFolderAndIsDeletedOnRequest();
    void aMovedFileIsLocated();
    void ollamasModelsAreFound();
    void itWorksWhileTheWindowIsOpen();
    void wrongWordsAreUsageErrors_data();
    void wrongWordsAreUsageErrors();

private:
    QString make(const QString& name, const std::string& title) const {
        const QString path = m_folder->filePath(name);
        test::usableModel(title).save(path.toStdU16String());
        return path;
    }
    static test::CliRun models(const QStringList& words) {
        return runCli(QStringList{QStringLiteral("models")} + words + QStringList{QStringLiteral("--json")});
    }
    static QJsonArray listed() { return models({}).json()[QLatin1String("models")].toArray(); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void ModelsTest::whatIsAddedIsListed() {
    QCOMPARE(listed().size(), 0);
    const QString path = make(QString::fromUtf8("모델.gguf"), "Tiny");
    const test::CliRun added = models({QStringLiteral("add"), path});
    QVERIFY2(added.exitCode == 0, qPrintable(added.err));
    QCOMPARE(added.json()[QLatin1String("added")].toArray().size(), 1);
    const QJsonObject model = listed().at(0).toObject();
    QCOMPARE(model[QLatin1String("name")].toString(), QStringLiteral("Tiny"));
    QCOMPARE(model[QLatin1String("path")].toString(), path);
    QCOMPARE(model[QLatin1String("quantization")].toString(), QStringLiteral("Q4_0"));
    QCOMPARE(model[QLatin1String("bytes")].toDouble(), double(QFileInfo(path).size()));
    QCOMPARE(model[QLatin1String("missing")].toBool(), false);
    QVERIFY(model[QLatin1String("settings")].isObject());
    models({QStringLiteral("add"), path});
    QCOMPARE(listed().size(), 1);
    const test::CliRun table = runCli({QStringLiteral("models"), QStringLiteral("list")});
    QVERIFY2(table.out.contains(QStringLiteral("Tiny")) && table.out.contains(path), qPrintable(table.out));
}

void ModelsTest::severalPathsAreAddedAndRefusedInOneGo() {
    const QString good = make(QStringLiteral("good.gguf"), "Good");
    QFile zip(m_folder->filePath(QStringLiteral("m.zip")));
    QVERIFY(zip.open(QIODevice::WriteOnly) && zip.write("PK\3\4") == 4);
    zip.close();
    const test::CliRun run = models({QStringLiteral("add"), zip.fileName(), good});
    QCOMPARE(run.exitCode, 3);
    QCOMPARE(run.json()[QLatin1String("added")].toArray().size(), 1);
    const QJsonObject refused = run.json()[QLatin1String("refused")].toArray().at(0).toObject();
    QCOMPARE(refused[QLatin1String("name")].toString(), QStringLiteral("m.zip"));
    QVERIFY(refused[QLatin1String("reason")].toString().contains(QStringLiteral("archive")));
    QVERIFY(run.err.contains(refused[QLatin1String("remedy")].toString()));
}

void ModelsTest::aModelIsRenamedByItsNameAndRemovedByItsPath() {
    const QString path = make(QStringLiteral("m.gguf"), "Tiny");
    models({QStringLiteral("add"), path});
    QCOMPARE(models({QStringLiteral("rename"), QStringLiteral("tiny"), QStringLiteral("My model")}).exitCode,
             0);
    QCOMPARE(listed().at(0)[QLatin1String("name")].toString(), QStringLiteral("My model"));
    QCOMPARE(models({QStringLiteral("remove"), path}).exitCode, 0);
    QCOMPARE(listed().size(), 0);
    QVERIFY(QFile::exists(path));
    QCOMPARE(models({QStringLiteral("remove"), path}).exitCode, 2);
}

void ModelsTest::aCopyGoesIntoPondersOwnFolderAndIsDeletedOnRequest() {
    const QString path = make(QStringLiteral("m.gguf"), "Tiny");
    QCOMPARE(models({QStringLiteral("add"), path, QStringLiteral("--copy")}).exitCode, 0);
    const QString copy = listed().at(0)[QLatin1String("path")].toString();
    QCOMPARE(copy, m_folder->filePath(QStringLiteral("own/m/m.gguf")));
    QVERIFY(QFile::exists(copy));
    QCOMPARE(models({QStringLiteral("remove"), QStringLiteral("Tiny"), QStringLiteral("--delete")}).exitCode,
             0);
    QVERIFY(!QFile::exists(copy));
    models({QStringLiteral("add"), path});
    QCOMPARE(models({QStringLiteral("remove"), QStringLiteral("Tiny"), QStringLiteral("--delete")}).exitCode,
             2);
    QVERIFY(QFile::exists(path));
}

void ModelsTest::aMovedFileIsLocated() {
    const QString path = make(QStringLiteral("m.gguf"), "Tiny");
    models({QStringLiteral("add"), path});
    const QString there = m_folder->filePath(QStringLiteral("there.gguf"));
    QVERIFY(QFile::rename(path, there));
    QCOMPARE(listed().at(0)[QLatin1String("missing")].toBool(), true);
    const QString other = make(QStringLiteral("other.gguf"), "Other");
    QCOMPARE(models({QStringLiteral("locate"), QStringLiteral("Tiny"), other}).exitCode, 2);
    QCOMPARE(models({QStringLiteral("locate"), QStringLiteral("Tiny"), there}).exitCode, 0);
    QCOMPARE(listed().at(0)[QLatin1String("path")].toString(), there);
}

void ModelsTest::ollamasModelsAreFound() {
    const test::OllamaFolder ollama(m_folder->filePath(QStringLiteral("ollama")));
    const auto bytes = test::usableModel("R1").bytes();
    ollama.blob('a', {reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())});
    const QString manifest = ollama.manifest(QStringLiteral("library/r1/7b"), QStringLiteral("model=a"));
    const QJsonObject found =
        models({QStringLiteral("found")}).json()[QLatin1String("found")].toArray().at(0).toObject();
    QCOMPARE(found[QLatin1String("name")].toString(), QStringLiteral("r1:7b"));
    QCOMPARE(found[QLatin1String("source")].toString(), QStringLiteral("ollama"));
    QCOMPARE(found[QLatin1String("added")].toBool(), false);
    QCOMPARE(models({QStringLiteral("add"), found[QLatin1String("path")].toString()}).exitCode, 0);
    QCOMPARE(listed().at(0)[QLatin1String("name")].toString(), QStringLiteral("r1:7b"));
}

void ModelsTest::itWorksWhileTheWindowIsOpen() {
    models({});                                                               // makes the history
    QLockFile window(m_folder->filePath(QStringLiteral("data/ponder.lock"))); // as the window holds it
    window.setStaleLockTime(0);
    QVERIFY(window.tryLock(0));
    QCOMPARE(models({QStringLiteral("add"), make(QStringLiteral("m.gguf"), "Tiny")}).exitCode, 0);
    QCOMPARE(listed().size(), 1);
    window.unlock();
    QCOMPARE(listed().size(), 1);
}

void ModelsTest::wrongWordsAreUsageErrors_data() {
    QTest::addColumn<QStringList>("words");
    for (const char* line : {"fly", "add", "rename", "rename nothing x", "locate nothing /x", "remove"})
        QTest::newRow(line) << QString::fromLatin1(line).split(u' ');
}

void ModelsTest::wrongWordsAreUsageErrors() {
    QFETCH(QStringList, words);
    const test::CliRun run = models(words);
    QCOMPARE(run.exitCode, 2);
    QVERIFY(!run.err.isEmpty() && run.out.isEmpty());
}

PONDER_TEST(ModelsTest)
#include "models_test.moc"
