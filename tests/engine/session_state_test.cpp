// A session's keys and values in a file: what comes back gives the same next logits bit by bit, and what is
// damaged or belongs to something else is left alone.
#include "tests/support/device_rows.h"
#include "tests/support/reasoner.h"
#include "tests/support/test_class.h"

#include "engine/base/checksum.h"
#include "engine/generate/session_state.h"

#include <QTemporaryDir>

#include <random>
#include <sys/stat.h>

using namespace ponder;
using namespace ponder::test;

namespace {

std::filesystem::path in(const QTemporaryDir& dir, const char* name = "chat.kv") {
    return dir.filePath(QLatin1String(name)).toStdString();
}

QByteArray readAll(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeAll(const std::filesystem::path& path, const QByteArray& bytes) {
    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(bytes);
}

} // namespace

class SessionStateTest : public QObject {
    Q_OBJECT
    std::unique_ptr<Model> m_model;
    std::vector<TokenId> m_prompt;
    std::unique_ptr<QTemporaryDir> m_dir;

    std::unique_ptr<Session> session(Model& model) { return std::move(*model.createSession()); }
    // A file of the prompt's keys and values.
    std::filesystem::path saved(Model& model) {
        auto first = session(model);
        const auto path = in(*m_dir);
        if (!first->logits(m_prompt, m_prompt.size() - 1, {}) || !first->saveState(path)) return {};
        return path;
    }

private slots:
    void initTestCase() {
        m_model = loadReasoner(256);
        QVERIFY(m_model);
        m_prompt = promptFor(*m_model, "What is 12+34?");
    }
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void whatComesBackGivesTheSameLogitsBitByBit_data() { deviceRows(); }
    void whatComesBackGivesTheSameLogitsBitByBit() {
        QFETCH(QString, device);
        const auto model = loadReasoner(256, device.toStdString());
        QVERIFY(model);
        const auto path = saved(*model);
        QVERIFY(!path.empty());
        std::vector<TokenId> longer = m_prompt;
        longer.insert(longer.end(), {5, 6, 7});
        auto stayed = session(*model);
        QVERIFY(stayed->logits(m_prompt, m_prompt.size() - 1, {}));
        auto reopened = session(*model);
        const auto restored = reopened->restoreState(path, longer);
        QVERIFY(restored);
        QCOMPARE(*restored, static_cast<std::uint32_t>(m_prompt.size()));
        QCOMPARE(reopened->usedTokens(), static_cast<std::uint32_t>(m_prompt.size()));
        const auto wanted = stayed->logits(longer, longer.size() - 1, {});
        const auto got = reopened->logits(longer, longer.size() - 1, {});
        QVERIFY(wanted && got);
        QCOMPARE(*got, *wanted);
    }
    void onlyTheTokensThatTheTextBeginsWithComeBack() {
        const auto path = saved(*m_model);
        std::vector<TokenId> other = m_prompt;
        other[5] = other[5] + 1;
        auto reopened = session(*m_model);
        const auto restored = reopened->restoreState(path, other);
        QCOMPARE(*restored, 5U);
        auto fresh = session(*m_model);
        const auto got = reopened->logits(other, other.size() - 1, {});
        QCOMPARE(*got, *fresh->logits(other, other.size() - 1, {}));
    }
    void aReplyAfterRestoringReusesWhatCameBack() {
        const auto path = saved(*m_model);
        auto reopened = session(*m_model);
        QVERIFY(reopened->restoreState(path, m_prompt));
        const auto done = reopened->generate(m_prompt, greedy(), {}, {});
        QCOMPARE(done->reusedTokens, static_cast<std::uint32_t>(m_prompt.size() - 1));
    }
    void whatIsInTheCacheStaysWhereTheFileIsNoBetter() {
        const auto path = saved(*m_model);
        auto same = session(*m_model);
        QVERIFY(same->logits(m_prompt, m_prompt.size() - 1, {}));
        QCOMPARE(*same->restoreState(path, m_prompt), 0U);
        QCOMPARE(same->usedTokens(), static_cast<std::uint32_t>(m_prompt.size()));
    }
    void onlyItsOwnerMayReadTheFileAndNothingIsLeftBesideIt() {
        const auto path = saved(*m_model);
        struct stat status {};
        QCOMPARE(::stat(path.c_str(), &status), 0);
        QCOMPARE(status.st_mode & 0777, 0600U);
        QCOMPARE(QDir(m_dir->path()).entryList(QDir::Files), QStringList{"chat.kv"});
    }
    void aFileThatWouldBeTooLargeOrHasNoFolderIsNotWritten() {
        const auto path = saved(*m_model);
        const QByteArray before = readAll(path);
        auto longer = session(*m_model);
        QVERIFY(longer->logits(std::vector<TokenId>(100, 5), 99, {}));
        const auto large = longer->saveState(path, 1000);
        QVERIFY(!large);
        QCOMPARE(large.error().code, ErrorCode::FileUnwritable);
        QCOMPARE(readAll(path), before);
        QCOMPARE(QDir(m_dir->path()).entryList(QDir::Files), QStringList{"chat.kv"});
        QCOMPARE(longer->saveState(in(*m_dir, "none/chat.kv")).error().code, ErrorCode::FileUnwritable);
    }
    void filesOfAnotherModelAnotherLayoutOrALongerContextChangeNothing() {
        const auto path = saved(*m_model);
        const auto shorter = loadReasoner(8);
        QCOMPARE(*session(*shorter)->restoreState(path, m_prompt), 0U);
        LoadOptions options;
        options.path = dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf";
        options.device = "reference";
        options.kvType = KvType::F16;
        const auto half = Model::load(options, {}, {});
        QCOMPARE(*session(**half)->restoreState(path, m_prompt), 0U);
        if (!hasReference()) return;
        options.path = referenceDir() / "tiny-reasoner/tiny-reasoner-q4_k_m.gguf";
        options.kvType.reset();
        const auto other = Model::load(options, {}, {});
        QVERIFY(other);
        QCOMPARE(*session(**other)->restoreState(path, m_prompt), 0U);
    }
    void damagedAndShortenedFilesChangeNothing() {
        const auto path = saved(*m_model);
        const QByteArray good = readAll(path);
        std::mt19937 random(1);
        auto reopened = session(*m_model);
        QVERIFY(reopened->logits(std::span(m_prompt).first(3), 2, {}));
        for (int round = 0; round < 200; ++round) {
            QByteArray bad = good;
            const auto at = static_cast<qsizetype>(random() % (round % 2 ? 200 : bad.size()));
            if (round % 3 == 0)
                bad.truncate(at);
            else
                bad[at] = static_cast<char>(bad[at] ^ (1 + random() % 255));
            writeAll(path, bad);
            const auto restored = reopened->restoreState(path, m_prompt);
            QVERIFY(restored);
            QCOMPARE(*restored, 0U);
            QCOMPARE(reopened->usedTokens(), 3U);
        }
        QCOMPARE(*reopened->restoreState(in(*m_dir, "absent.kv"), m_prompt), 0U);
        writeAll(path, good + "x");
        QCOMPARE(*reopened->restoreState(path, m_prompt), 0U);
        writeAll(path, good);
        QCOMPARE(*reopened->restoreState(path, m_prompt), static_cast<std::uint32_t>(m_prompt.size()));
    }
    void aFileWithARightSumButTooFewBytesOfTheCacheIsNoState() {
        const auto path = saved(*m_model);
        const QByteArray good = readAll(path);
        QByteArray bad = good.chopped(8 + 64); // without the sum and some values
        Checksum sum;
        sum.add(std::as_bytes(std::span(bad.constData(), static_cast<std::size_t>(bad.size()))));
        const std::uint64_t value = sum.value();
        bad.append(reinterpret_cast<const char*>(&value), sizeof value);
        writeAll(path, bad);
        auto reopened = session(*m_model);
        QCOMPARE(*reopened->restoreState(path, m_prompt), 0U);
        QCOMPARE(reopened->usedTokens(), 0U);
        QVERIFY(reopened->generate(m_prompt, greedy(), {}, {}));
    }
};

PONDER_TEST(SessionStateTest)
#include "session_state_test.moc"
