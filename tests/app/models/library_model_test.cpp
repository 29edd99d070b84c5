// The library as a list: what it shows, what it keeps, and how a page narrows it down.
#include "app/models/library_view.h"
#include "app/models/recent_model.h"
#include "tests/support/test_class.h"

#include <QFile>
#include <QSemaphore>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QVariantMap>

using namespace ponder;

namespace {

ModelRecord record(const QString& path, const QString& name, qint64 bytes = 1000) {
    ModelRecord model;
    model.path = path;
    model.name = name;
    model.bytes = bytes;
    return model;
}

QVariant at(const QAbstractItemModel& model, int row, int role) {
    return model.data(model.index(row, 0), role);
}

QStringList names(const QAbstractItemModel& model) {
    QStringList out;
    for (int row = 0; row < model.rowCount(); ++row)
        out << at(model, row, LibraryModel::NameRole).toString();
    return out;
}

} // namespace

class LibraryModelTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aModelIsShownWithWhereItLives();
    void takingAModelInAgainKeepsWhatTheUserChose();
    void anOwnedFileStaysOwnedWhenItIsOpenedAsAFile();
    void aTitleStandsForTheNameUntilItIsTakenBack();
    void aMovedModelKeepsItsIdentity();
    void movingOntoAKnownFileLeavesOneEntry();
    void aFileThatGoesAndComesBackIsMarked();
    void aFolderThatDoesNotAnswerKeepsNobodyWaiting();
    void hintsAreAskedForRowByRow();
    void whatAnotherProgramWroteShowsAfterARefresh();
    void aFilterShowsOnlyWhatIsHere();
    void aFilterShowsALanguage();
    void aSearchLooksIntoNamesAndFamilies();
    void theOrderFollowsUseNameOrSize();
    void recentModelsFollowTheLibrary();

private:
    QString makeFile(const QString& name) const {
        QFile file(m_folder->filePath(name));
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
        return file.fileName();
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void LibraryModelTest::aModelIsShownWithWhereItLives() {
    Store store(m_folder->path());
    LibraryModel library(store);
    ModelRecord blob =
        record(QStringLiteral("/o/blobs/sha256-00"), QStringLiteral("deepseek-r1:7b"), 4700000000);
    blob.source = ModelSource::Ollama;
    library.put(blob);
    library.put(record(makeFile(QStringLiteral("m.gguf")), QStringLiteral("M")));
    QCOMPARE(library.rowCount(), 2);
    QCOMPARE(at(library, 0, LibraryModel::NameRole).toString(), QStringLiteral("M"));
    QCOMPARE(at(library, 0, LibraryModel::PlaceRole).toString(), m_folder->path());
    QCOMPARE(at(library, 0, LibraryModel::MissingRole).toBool(), false);
    QVERIFY(at(library, 0, LibraryModel::AddedRole).toDateTime().isValid());
    QVERIFY(!at(library, 0, LibraryModel::LastUsedRole).isValid());
    QCOMPARE(at(library, 1, LibraryModel::PlaceRole).toString(), QStringLiteral("Ollama"));
    QCOMPARE(at(library, 1, LibraryModel::SizeTextRole).toString(), QStringLiteral("4.7 GB"));
    QTRY_COMPARE(at(library, 1, LibraryModel::MissingRole).toBool(), true);
    for (const int role : library.roleNames().keys())
        QVERIFY2(role == LibraryModel::LastUsedRole || at(library, 0, role).isValid(),
                 library.roleNames().value(role).constData());
}

void LibraryModelTest::takingAModelInAgainKeepsWhatTheUserChose() {
    Store store(m_folder->path());
    LibraryModel library(store);
    const QString id = library.put(record(QStringLiteral("/m.gguf"), QStringLiteral("M")));
    library.rename(id, QStringLiteral("mine"));
    ModelSettings chosen;
    chosen.temperature = 0.1;
    library.setSettings(id, chosen);
    QCOMPARE(library.put(record(QStringLiteral("/m.gguf"), QStringLiteral("M2"), 7)), id);
    QCOMPARE(library.count(), 1);
    QCOMPARE(library.find(id)->name, QStringLiteral("M2"));
    QCOMPARE(library.find(id)->bytes, 7);
    QCOMPARE(library.find(id)->title, QStringLiteral("mine"));
    QCOMPARE(library.find(id)->settings, chosen);
    const LibraryModel again(store);
    QCOMPARE(again.find(id)->settings, chosen);
}

void LibraryModelTest::anOwnedFileStaysOwnedWhenItIsOpenedAsAFile() {
    Store store(m_folder->path());
    LibraryModel library(store);
    ModelRecord own = record(QStringLiteral("/m.gguf"), QStringLiteral("M"));
    own.source = ModelSource::Converted;
    const QString id = library.put(own);
    library.put(record(QStringLiteral("/m.gguf"), QStringLiteral("M")));
    QVERIFY(library.find(id)->owned());
}

void LibraryModelTest::aTitleStandsForTheNameUntilItIsTakenBack() {
    Store store(m_folder->path());
    LibraryModel library(store);
    const QString id = library.put(record(QStringLiteral("/m.gguf"), QStringLiteral("M")));
    library.rename(id, QString::fromUtf8("  우리\n 모델 "));
    QCOMPARE(names(library), QStringList{QString::fromUtf8("우리 모델")});
    QCOMPARE(names(LibraryModel(store)), QStringList{QString::fromUtf8("우리 모델")});
    library.rename(id, QString());
    QCOMPARE(names(library), QStringList{QStringLiteral("M")});
}

void LibraryModelTest::aMovedModelKeepsItsIdentity() {
    Store store(m_folder->path());
    LibraryModel library(store);
    const QString id = library.put(record(QStringLiteral("/gone.gguf"), QStringLiteral("M")));
    QTRY_VERIFY(at(library, 0, LibraryModel::MissingRole).toBool());
    const QString there = makeFile(QStringLiteral("there.gguf"));
    library.move(id, there);
    QVERIFY(!at(library, 0, LibraryModel::MissingRole).toBool());
    QCOMPARE(LibraryModel(store).find(id)->path, there);
}

void LibraryModelTest::movingOntoAKnownFileLeavesOneEntry() {
    Store store(m_folder->path());
    LibraryModel library(store);
    const QString id = library.put(record(QStringLiteral("/gone.gguf"), QStringLiteral("M")));
    library.put(record(QStringLiteral("/there.gguf"), QStringLiteral("M")));
    library.move(id, QStringLiteral("/there.gguf"));
    QCOMPARE(library.count(), 1);
    QCOMPARE(store.models().size(), 1);
    QCOMPARE(store.models().first().id, id);
}

void LibraryModelTest::aFileThatGoesAndComesBackIsMarked() {
    Store store(m_folder->path());
    LibraryModel library(store);
    const QString path = makeFile(QStringLiteral("m.gguf"));
    library.put(record(path, QStringLiteral("M")));
    QVERIFY(QFile::rename(path, path + QStringLiteral(".away")));
    library.refresh();
    QTRY_VERIFY(at(library, 0, LibraryModel::MissingRole).toBool());
    QVERIFY(QFile::rename(path + QStringLiteral(".away"), path));
    library.refresh();
    QTRY_VERIFY(!at(library, 0, LibraryModel::MissingRole).toBool());
}

void LibraryModelTest::aFolderThatDoesNotAnswerKeepsNobodyWaiting() {
    Store store(m_folder->path());
    auto hanging = std::make_shared<QSemaphore>(); // shared: the question outlives who asked it
    auto asked = std::make_shared<QSemaphore>();
    {
        LibraryModel library(store, nullptr, [hanging, asked](const QString&) {
            asked->release();
            hanging->acquire();
            return false;
        });
        library.put(record(QStringLiteral("/net/m.gguf"), QStringLiteral("M")));
        library.refresh();
        QVERIFY(asked->tryAcquire(1, 5000));
        QVERIFY(!at(library, 0, LibraryModel::MissingRole).toBool());
        library.put(record(QStringLiteral("/net/n.gguf"), QStringLiteral("N")));
        QCOMPARE(library.count(), 2);
    }
    hanging->release(10);
    QVERIFY(!asked->tryAcquire(1, 50)); // nobody wants the other answer any more
}

void LibraryModelTest::hintsAreAskedForRowByRow() {
    Store store(m_folder->path());
    LibraryModel library(store);
    library.put(record(QStringLiteral("/m.gguf"), QStringLiteral("M")));
    QVERIFY(at(library, 0, LibraryModel::HintsRole).toMap().isEmpty());
    QSignalSpy changed(&library, &LibraryModel::dataChanged);
    library.setHints([](const ModelRecord& model) {
        return QVariantMap{{QStringLiteral("verdict"), model.name + QStringLiteral(" fits")}};
    });
    QCOMPARE(changed.count(), 1);
    QCOMPARE(at(library, 0, LibraryModel::HintsRole).toMap().value(QStringLiteral("verdict")).toString(),
             QStringLiteral("M fits"));
}

void LibraryModelTest::whatAnotherProgramWroteShowsAfterARefresh() {
    Store store(m_folder->path());
    LibraryModel library(store);
    QSignalSpy counted(&library, &LibraryModel::countChanged);
    ModelRecord other = record(QStringLiteral("/o.gguf"), QStringLiteral("O"));
    other.id = ModelTable::newId();
    store.saveModel(other);
    QCOMPARE(library.count(), 0);
    library.refresh();
    QCOMPARE(names(library), QStringList{QStringLiteral("O")});
    QCOMPARE(counted.count(), 1);
}

void LibraryModelTest::aFilterShowsOnlyWhatIsHere() {
    Store store(m_folder->path());
    LibraryModel library(store);
    library.put(record(makeFile(QStringLiteral("a.gguf")), QStringLiteral("A")));
    library.put(record(QStringLiteral("/b.gguf"), QStringLiteral("B")));
    LibraryView view;
    view.setLibrary(&library);
    QCOMPARE(view.rowCount(), 2);
    view.setFilter(QStringLiteral("here"));
    QTRY_COMPARE(names(view), QStringList{QStringLiteral("A")});
    view.setFilter(QStringLiteral("missing"));
    QCOMPARE(names(view), QStringList{QStringLiteral("B")});
}

void LibraryModelTest::aFilterShowsALanguage() {
    Store store(m_folder->path());
    LibraryModel library(store);
    ModelRecord korean = record(QStringLiteral("/k.gguf"), QStringLiteral("K"));
    korean.languages = {QStringLiteral("en"), QStringLiteral("ko")};
    library.put(korean);
    library.put(record(QStringLiteral("/n.gguf"), QStringLiteral("N")));
    LibraryView view;
    view.setLibrary(&library);
    view.setFilter(QStringLiteral("ko"));
    QCOMPARE(names(view), QStringList{QStringLiteral("K")});
}

void LibraryModelTest::aSearchLooksIntoNamesAndFamilies() {
    Store store(m_folder->path());
    LibraryModel library(store);
    ModelRecord model = record(QStringLiteral("/a.gguf"), QStringLiteral("Alpha"));
    model.family = QStringLiteral("Qwen2.5");
    library.put(model);
    library.put(record(QStringLiteral("/b.gguf"), QStringLiteral("Beta")));
    LibraryView view;
    view.setLibrary(&library);
    view.setSearch(QStringLiteral("qwen"));
    QCOMPARE(names(view), QStringList{QStringLiteral("Alpha")});
    view.setSearch(QStringLiteral("BET"));
    QCOMPARE(names(view), QStringList{QStringLiteral("Beta")});
}

void LibraryModelTest::theOrderFollowsUseNameOrSize() {
    Store store(m_folder->path());
    LibraryModel library(store);
    ModelRecord a = record(QStringLiteral("/a.gguf"), QStringLiteral("A"), 1), b = a, c = a;
    a.added = 1;
    b.path = QStringLiteral("/b.gguf"), b.name = QStringLiteral("B"), b.bytes = 3, b.added = 2;
    c.path = QStringLiteral("/c.gguf"), c.name = QStringLiteral("C"), c.bytes = 2, c.added = 3;
    for (const ModelRecord& model : {b, c, a})
        library.put(model);
    LibraryView view;
    view.setLibrary(&library);
    QCOMPARE(names(view).join(u' '), QStringLiteral("C B A"));
    view.setOrder(QStringLiteral("name"));
    QCOMPARE(names(view).join(u' '), QStringLiteral("A B C"));
    view.setOrder(QStringLiteral("size"));
    QCOMPARE(names(view).join(u' '), QStringLiteral("B C A"));
    view.setOrder(QStringLiteral("used"));
    library.markUsed(library.findPath(QStringLiteral("/a.gguf"))->id);
    QCOMPARE(names(view).first(), QStringLiteral("A"));
}

void LibraryModelTest::recentModelsFollowTheLibrary() {
    Store store(m_folder->path());
    LibraryModel library(store);
    RecentModel recent(library);
    const QString a = library.put(record(QStringLiteral("/a.gguf"), QStringLiteral("A")));
    const QString b = library.put(record(QStringLiteral("/b.gguf"), QStringLiteral("B")));
    QCOMPARE(recent.rowCount(), 0);
    library.markUsed(a);
    QTest::qWait(2); // the times are milliseconds
    library.markUsed(b);
    QCOMPARE(at(recent, 0, RecentModel::NameRole).toString(), QStringLiteral("B"));
    QCOMPARE(recent.rowCount(), 2);
    library.rename(b, QStringLiteral("Bee"));
    QCOMPARE(at(recent, 0, RecentModel::NameRole).toString(), QStringLiteral("Bee"));
    library.remove(b);
    QCOMPARE(recent.rowCount(), 1);
    QCOMPARE(at(recent, 0, RecentModel::PathRole).toString(), QStringLiteral("/a.gguf"));
}

PONDER_TEST(LibraryModelTest)
#include "library_model_test.moc"
