// Models come into the library, are found again, leave it, and each of these can be taken back.
#include "app/models/engine_services.h"
#include "app/models/model_importer.h"
#include "app/models/readme_card.h"

#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"
#include "tests/support/usable_model.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QVariantMap>

using namespace ponder;

namespace {

struct Desk {
    explicit Desk(const QString& folder, ModelCheck check = checkModelFile)
        : store(folder), library(store),
          importer(library, std::move(check), [folder] { return folder + QStringLiteral("/own"); }) {}
    void wait() { QTRY_VERIFY(!importer.busy()); }
    void add(const QList<QUrl>& urls, bool copy = false) {
        QVERIFY(importer.add(urls, copy));
        wait();
    }
    QString firstId() const { return library.models().isEmpty() ? QString() : library.models().first().id; }
    Store store;
    LibraryModel library;
    ModelImporter importer;
};

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QStringList filesUnder(const QString& folder) {
    QStringList out;
    for (const QFileInfo& entry : QDir(folder).entryInfoList(QDir::AllEntries | QDir::NoDotAndDotDot)) {
        out << entry.filePath();
        if (entry.isDir()) out << filesUnder(entry.filePath());
    }
    return out;
}

} // namespace

class ModelImporterTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aModelIsAddedWhereItLies();
    void aFileThatCannotBeUsedIsNotAdded();
    void addingIsTakenBack();
    void aModelThatWasKnownIsNotTakenBack();
    void aCopyIsTheSameAndIsTakenBack();
    void twoCopiesDoNotMeet();
    void aCopyThatWasCutOffGoesOn();
    void whatIsLeftOfAnotherModelsCopyStays();
    void aStoppedCopyLeavesNothing();
    void aCopyOntoAFullDiskIsRefusedBeforehand();
    void removingOnlyForgets();
    void aRemovedModelComesBackWithItsSettings();
    void theFileOfAnOwnCopyGoesWhenTheUndoIsGone();
    void theFileOfAModelElsewhereIsNeverDeleted();
    void aMovedFileIsFoundAgain();
    void anotherModelIsNotTakenForTheMovedOne();
    void oneJobRunsAtATime();
    void foldersAndAdaptersAreHandedOver();
    void theCardBesideAModelIsRead();

private:
    QString folder() const { return m_folder->path(); }
    QString make(const QString& name, const std::string& title = "Tiny") const {
        const QString path = m_folder->filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        test::usableModel(title).save(path.toStdU16String());
        return path;
    }
    QList<QUrl> urls(const QStringList& paths) const {
        QList<QUrl> out;
        for (const QString& path : paths)
            out << QUrl::fromLocalFile(path);
        return out;
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void ModelImporterTest::aModelIsAddedWhereItLies() {
    Desk desk(folder());
    QSignalSpy added(&desk.importer, &ModelImporter::added);
    const QString path = make(QStringLiteral("in/m.gguf"));
    const QByteArray before = contentOf(path);
    desk.add(urls({path}));
    QCOMPARE(desk.importer.problemText(), QString());
    QCOMPARE(desk.library.count(), 1);
    const ModelRecord& model = desk.library.models().first();
    QCOMPARE(model.path, path);
    QCOMPARE(model.name, QStringLiteral("Tiny"));
    QCOMPARE(model.layers, 1);
    QVERIFY(model.fingerprint != 0 && !model.owned() && !model.recent);
    QCOMPARE(added.value(0).value(0).toStringList(), QStringList{model.id});
    QCOMPARE(contentOf(path), before);
    QVERIFY(!QDir(folder() + QStringLiteral("/own")).exists());
}

void ModelImporterTest::aFileThatCannotBeUsedIsNotAdded() {
    Desk desk(folder());
    test::GgufWriter broken = test::usableModel("broken");
    broken.set("tokenizer.ggml.model", "unheard of");
    const QString path = m_folder->filePath(QStringLiteral("broken.gguf"));
    broken.save(path.toStdU16String());
    const QString good = make(QStringLiteral("good.gguf"));
    desk.add(urls({path, good, m_folder->filePath(QStringLiteral("gone.gguf"))}));
    QCOMPARE(desk.library.count(), 1);
    QCOMPARE(desk.library.models().first().path, good);
    const QStringList problems = desk.importer.problemText().split(u'\n');
    QCOMPARE(problems.size(), 2);
    QVERIFY2(problems.join(u' ').contains(QStringLiteral("unheard of")), qPrintable(problems.join(u' ')));
    QVERIFY(problems.join(u' ').contains(QStringLiteral("gone.gguf")));
}

void ModelImporterTest::addingIsTakenBack() {
    Desk desk(folder());
    const QString a = make(QStringLiteral("a.gguf")), b = make(QStringLiteral("b.gguf"));
    desk.add(urls({a, b}));
    QVERIFY(desk.importer.canUndo());
    QVERIFY(desk.importer.undoText().contains(u'2'));
    desk.importer.undo();
    QCOMPARE(desk.library.count(), 0);
    QVERIFY(desk.store.models().isEmpty());
    QVERIFY(QFile::exists(a) && QFile::exists(b));
    QVERIFY(!desk.importer.canUndo());
}

void ModelImporterTest::aModelThatWasKnownIsNotTakenBack() {
    Desk desk(folder());
    const QString a = make(QStringLiteral("a.gguf"));
    desk.add(urls({a}));
    desk.add(urls({a, make(QStringLiteral("b.gguf"))}));
    desk.importer.undo();
    QCOMPARE(desk.library.count(), 1);
    QCOMPARE(desk.library.models().first().path, a);
}

void ModelImporterTest::aCopyIsTheSameAndIsTakenBack() {
    Desk desk(folder());
    const auto parts = test::usableModel("Big").saveSplit(m_folder->path().toStdU16String(), "big", 3);
    QSignalSpy progress(&desk.importer, &ModelImporter::progressChanged);
    desk.add(urls({QString::fromStdString(parts[1].string())}), true);
    QCOMPARE(desk.importer.problemText(), QString());
    const ModelRecord model = desk.library.models().value(0);
    QCOMPARE(model.path, folder() + QStringLiteral("/own/big/big-00001-of-00003.gguf"));
    QVERIFY(model.owned());
    const QStringList copies = partsOf(model.path);
    QCOMPARE(copies.size(), 3);
    for (std::size_t i = 0; i < parts.size(); ++i)
        QCOMPARE(contentOf(copies[qsizetype(i)]), contentOf(QString::fromStdString(parts[i].string())));
    QVERIFY(progress.count() > 3);
    desk.importer.undo();
    QCOMPARE(filesUnder(folder() + QStringLiteral("/own")), QStringList());
    QVERIFY(QFile::exists(QString::fromStdString(parts[0].string())));
}

void ModelImporterTest::twoCopiesDoNotMeet() {
    Desk desk(folder());
    const QString a = make(QStringLiteral("a/m.gguf"), "A"), b = make(QStringLiteral("b/m.gguf"), "B");
    desk.add(urls({a}), true);
    desk.add(urls({b}), true);
    QCOMPARE(desk.library.count(), 2);
    QCOMPARE(contentOf(folder() + QStringLiteral("/own/m/m.gguf")), contentOf(a));
    QCOMPARE(contentOf(folder() + QStringLiteral("/own/m-2/m.gguf")), contentOf(b));
}

// As a kill in the second of three parts leaves it: the first has its name, so that it is whole.
void ModelImporterTest::aCopyThatWasCutOffGoesOn() {
    Desk desk(folder());
    const auto parts = test::usableModel("Big").saveSplit(m_folder->path().toStdU16String(), "big", 3);
    const QString source = QString::fromStdString(parts[0].string());
    const QString own = folder() + QStringLiteral("/own/big/");
    QVERIFY(QDir().mkpath(own));
    const QString first = own + QFileInfo(source).fileName();
    QVERIFY(QFile::copy(source, first));
    QFile part(own + QStringLiteral("big-00002-of-00003.gguf.part"));
    QVERIFY(part.open(QIODevice::WriteOnly) && part.write("half") == 4);
    part.close();
    const QDateTime before = QDateTime::fromSecsSinceEpoch(1'000'000'000);
    QFile whole(first);
    QVERIFY(whole.open(QIODevice::ReadWrite) && whole.setFileTime(before, QFileDevice::FileModificationTime));
    whole.close();
    desk.add(urls({source}), true);
    QCOMPARE(desk.library.models().value(0).path, first);
    QCOMPARE(QFileInfo(first).lastModified(), before); // not written again
    for (const auto& from : parts) {
        const QString name = QString::fromStdString(from.string());
        QCOMPARE(contentOf(own + QFileInfo(name).fileName()), contentOf(name));
    }
    QCOMPARE(QDir(own).entryList(QDir::Files).size(), 3);
}

void ModelImporterTest::whatIsLeftOfAnotherModelsCopyStays() {
    Desk desk(folder());
    const auto parts = test::usableModel("Big").saveSplit(m_folder->path().toStdU16String(), "big", 3);
    const QString own = folder() + QStringLiteral("/own/big/");
    QVERIFY(QDir().mkpath(own));
    QFile other(own + QStringLiteral("big-00001-of-00003.gguf"));
    QVERIFY(other.open(QIODevice::WriteOnly) && other.write("the first part of another model") > 0);
    other.close();
    desk.add(urls({QString::fromStdString(parts[0].string())}), true);
    QCOMPARE(desk.library.models().value(0).path,
             folder() + QStringLiteral("/own/big-2/big-00001-of-00003.gguf"));
    QCOMPARE(contentOf(other.fileName()), QByteArray("the first part of another model"));
}

void ModelImporterTest::aStoppedCopyLeavesNothing() {
    const QString a = make(QStringLiteral("a.gguf")), b = make(QStringLiteral("b.gguf"));
    std::stop_source stop;
    const AddingResult result = addModels(
        urls({a, b}), {true, folder() + QStringLiteral("/own")}, checkModelFile,
        [&](qint64, qint64) { stop.request_stop(); }, stop.get_token());
    QVERIFY(result.cancelled && result.added.isEmpty());
    QCOMPARE(filesUnder(folder() + QStringLiteral("/own")), QStringList());
}

void ModelImporterTest::aCopyOntoAFullDiskIsRefusedBeforehand() {
    // A file without content that is larger than any disk of a test machine.
    const QString huge = m_folder->filePath(QStringLiteral("huge.gguf"));
    QFile file(huge);
    QVERIFY(file.open(QIODevice::WriteOnly));
    if (!file.resize(qint64(1) << 42)) QSKIP("this file system has no files of 4 TB");
    const auto copied = copyModel({huge}, folder() + QStringLiteral("/own"), QStringLiteral("m"), {}, {});
    QVERIFY(!copied);
    QCOMPARE(copied.error().code, ErrorCode::NoSpace);
    QVERIFY(!QDir(folder() + QStringLiteral("/own")).exists());
}

void ModelImporterTest::removingOnlyForgets() {
    Desk desk(folder());
    const QString a = make(QStringLiteral("a.gguf"));
    desk.add(urls({a}));
    QCOMPARE(desk.importer.deleteQuestion(desk.firstId()), QString());
    desk.importer.remove(desk.firstId());
    QCOMPARE(desk.library.count(), 0);
    desk.importer.dismissUndo();
    QVERIFY(QFile::exists(a));
}

void ModelImporterTest::aRemovedModelComesBackWithItsSettings() {
    Desk desk(folder());
    desk.add(urls({make(QStringLiteral("a.gguf"))}));
    const QString id = desk.firstId();
    desk.library.rename(id, QStringLiteral("mine"));
    ModelSettings chosen;
    chosen.contextTokens = 2048;
    desk.library.setSettings(id, chosen);
    desk.importer.remove(id);
    QVERIFY(desk.importer.undoText().contains(QStringLiteral("mine")));
    desk.importer.undo();
    QCOMPARE(desk.firstId(), id);
    QCOMPARE(desk.store.models().value(0).title, QStringLiteral("mine"));
    QCOMPARE(desk.store.models().value(0).settings, chosen);
}

void ModelImporterTest::theFileOfAnOwnCopyGoesWhenTheUndoIsGone() {
    Desk desk(folder());
    desk.add(urls({make(QStringLiteral("a.gguf"))}), true);
    const QString copy = desk.library.models().value(0).path;
    QVERIFY(desk.importer.deleteQuestion(desk.firstId()).contains(QStringLiteral("Tiny")));
    desk.importer.remove(desk.firstId(), true);
    QVERIFY(QFile::exists(copy));
    desk.importer.undo();
    QVERIFY(QFile::exists(copy));
    QVERIFY(desk.library.find(desk.firstId())->owned());
    desk.importer.remove(desk.firstId(), true);
    desk.importer.dismissUndo();
    QCOMPARE(filesUnder(folder() + QStringLiteral("/own")), QStringList());
}

void ModelImporterTest::theFileOfAModelElsewhereIsNeverDeleted() {
    Desk desk(folder());
    const QString a = make(QStringLiteral("a.gguf"));
    desk.add(urls({a}));
    desk.importer.remove(desk.firstId(), true);
    desk.importer.dismissUndo();
    QVERIFY(QFile::exists(a));
}

void ModelImporterTest::aMovedFileIsFoundAgain() {
    Desk desk(folder());
    const QString a = make(QStringLiteral("a.gguf"));
    desk.add(urls({a}));
    const QString id = desk.firstId();
    const QString there = m_folder->filePath(QString::fromUtf8("새 곳.gguf"));
    QVERIFY(QFile::rename(a, there));
    QSignalSpy located(&desk.importer, &ModelImporter::located);
    QVERIFY(desk.importer.locate(id, QUrl::fromLocalFile(there).toString()));
    desk.wait();
    QCOMPARE(desk.library.find(id)->path, there);
    QCOMPARE(located.value(0).value(1).toString(), a);
    QVERIFY(!desk.library.isMissing(0));
}

void ModelImporterTest::anotherModelIsNotTakenForTheMovedOne() {
    Desk desk(folder());
    const QString a = make(QStringLiteral("a.gguf"));
    desk.add(urls({a}));
    const QString id = desk.firstId();
    QVERIFY(QFile::remove(a));
    QVERIFY(desk.importer.locate(id, make(QStringLiteral("b.gguf"), "Other")));
    desk.wait();
    QCOMPARE(desk.library.find(id)->path, a);
    QVERIFY2(desk.importer.problemText().contains(QStringLiteral("Other")),
             qPrintable(desk.importer.problemText()));
    // An entry of an older version knows only name and size.
    ModelRecord old;
    old.path = QStringLiteral("/gone.gguf");
    old.name = QStringLiteral("Other");
    old.bytes = QFileInfo(m_folder->filePath(QStringLiteral("b.gguf"))).size();
    const QString oldId = desk.library.put(old);
    QVERIFY(desk.importer.locate(oldId, m_folder->filePath(QStringLiteral("b.gguf"))));
    desk.wait();
    QCOMPARE(desk.library.find(oldId)->path, m_folder->filePath(QStringLiteral("b.gguf")));
    QVERIFY(desk.library.find(oldId)->fingerprint != 0);
}

void ModelImporterTest::oneJobRunsAtATime() {
    Desk desk(folder());
    const QString a = make(QStringLiteral("a.gguf"));
    QVERIFY(desk.importer.add(urls({a})));
    QVERIFY(!desk.importer.add(urls({a})));
    desk.wait();
    QCOMPARE(desk.library.count(), 1);
}

void ModelImporterTest::foldersAndAdaptersAreHandedOver() {
    const QString data = test::sourcePath("tests/data/");
    const QStringList dropped{data + QStringLiteral("huggingface/qwen2-bf16"),
                              data + QStringLiteral("lora/style.gguf")};
    Desk desk(folder());
    QSignalSpy conversions(&desk.importer, &ModelImporter::conversionAsked);
    QSignalSpy adapters(&desk.importer, &ModelImporter::adapterAsked);
    desk.add(urls(dropped)); // no model is loaded
    QCOMPARE(conversions.count(), 1);
    QCOMPARE(conversions.last().value(0).toString(), dropped[0]);
    QCOMPARE(conversions.last().value(1).toString(), QStringLiteral("qwen2-bf16"));
    QCOMPARE(adapters.count(), 0);
    QCOMPARE(desk.importer.problemText().split(u'\n').size(), 1);
    QStringList attached;
    desk.importer.setAttacher([&](const QString& path) {
        attached << path;
        return true;
    });
    desk.add(urls(dropped));
    QCOMPARE(attached, QStringList{dropped[1]});
    QCOMPARE(adapters.count(), 1);
    QCOMPARE(desk.importer.problemText(), QString());
    QCOMPARE(desk.library.count(), 0);
}

void ModelImporterTest::theCardBesideAModelIsRead() {
    Desk desk(folder());
    const QString a = make(QStringLiteral("hf/a.gguf"));
    QFile card(m_folder->filePath(QStringLiteral("hf/README.md")));
    QVERIFY(card.open(QIODevice::WriteOnly));
    card.write("---\r\nlicense: \"mit\"\r\nlanguage:\r\n- ko\r\n- 'zh'\r\ntags: [a, b]\r\n---\r\n# "
               "모델\r\ntext\r\n");
    card.close();
    QFile licence(m_folder->filePath(QStringLiteral("hf/LICENSE")));
    QVERIFY(licence.open(QIODevice::WriteOnly) && licence.write("MIT License") > 0);
    licence.close();
    desk.add(urls({a}));
    QCOMPARE(desk.library.models().value(0).licence, QStringLiteral("mit"));
    QCOMPARE(desk.library.models().value(0).languages,
             (QStringList{QStringLiteral("ko"), QStringLiteral("zh")}));
    const QVariantMap shown = desk.importer.card(desk.firstId());
    QCOMPARE(shown.value(QStringLiteral("text")).toString(), QString::fromUtf8("# 모델\ntext"));
    QCOMPARE(shown.value(QStringLiteral("licenceText")).toString(), QStringLiteral("MIT License"));
    // Somebody else's README is not the model's card.
    QVERIFY(card.open(QIODevice::WriteOnly) && card.write("# My downloads\n---\nlicense: gpl\n---\n") > 0);
    card.close();
    QVERIFY(readReadmeCard(a).text.isEmpty());
}

PONDER_TEST(ModelImporterTest)
#include "model_importer_test.moc"
