#include "app/chat/engine_chat.h"

#include "tests/app/chat/scripted_model.h"
#include "tests/support/shapes.h"
#include "tests/support/test_class.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <atomic>
#include <thread>

using namespace ponder;
using namespace std::chrono_literals;
using Finish = ReplySummary::Finish;
using Role = ChatTurn::Role;

namespace {

constexpr int kPatience = 60000;

// Everything an engine says, in order.
struct Listener {
    explicit Listener(ChatEngine& engine)
        : loaded(&engine, &ChatEngine::modelLoaded), loadFailed(&engine, &ChatEngine::loadFailed),
          unloaded(&engine, &ChatEngine::modelUnloaded), progress(&engine, &ChatEngine::loadProgress),
          prefill(&engine, &ChatEngine::prefillProgress), started(&engine, &ChatEngine::replyStarted),
          tokens(&engine, &ChatEngine::tokensArrived), finished(&engine, &ChatEngine::replyFinished),
          failed(&engine, &ChatEngine::replyFailed) {}

    LoadedModel model() const { return loaded.last().first().value<LoadedModel>(); }
    ReplySummary summary() const { return finished.last().first().value<ReplySummary>(); }
    ErrorCode error() const { return failed.last().first().value<Error>().code; }
    ErrorCode loadError() const { return loadFailed.last().first().value<Error>().code; }
    QString text() const {
        QString out;
        for (const auto& batch : tokens)
            out += batch.first().toStringList().join(QString());
        return out;
    }
    int pieces() const {
        int count = 0;
        for (const auto& batch : tokens)
            count += int(batch.first().toStringList().size());
        return count;
    }

    QSignalSpy loaded, loadFailed, unloaded, progress, prefill, started, tokens, finished, failed;
};

LoadRequestInfo tiny() {
    return {QString::fromStdString(test::tinyReasoner().string()), QStringLiteral("reference"), 0};
}

ReplyRequest greedy(const QString& question) {
    ReplyRequest request;
    request.turns = {{Role::User, question, {}}};
    request.temperature = 0;
    return request;
}

// Loads the tiny model and lets the test write the replies.
ModelLoader scripted(test::ReplyScript script, std::shared_ptr<int> alive = {}) {
    return [script, alive](const LoadOptions&, const Progress&,
                           std::stop_token) -> Result<std::unique_ptr<Model>> {
        auto real = test::loadTinyReasoner();
        if (!real) return real.error();
        return std::unique_ptr<Model>(std::make_unique<test::ScriptedModel>(std::move(*real), script, alive));
    };
}

// Ten layers, two of them dense, of which the first five have lent their experts to the processor.
class LendingModel final : public test::ScriptedModel {
public:
    explicit LendingModel(std::unique_ptr<Model> real)
        : ScriptedModel(std::move(real), {}), m_config(test::qwen2MoeConfig()) {
        m_config.layers = 10;
        m_config.denseLayers = 2;
    }
    const ModelConfig& config() const override { return m_config; }
    std::vector<ModelPart> parts() const override {
        return {{device(), {0, 5}, {}, true}, {device(), {0, 10}, {}}};
    }

private:
    ModelConfig m_config;
};

// Tokens until it is stopped.
Result<GenerateResult> endless(std::span<const TokenId>, const GenerateSettings&, const OnToken& onToken,
                               std::stop_token stop, const Progress&) {
    GenerateResult result;
    while (!stop.stop_requested()) {
        onToken({1, "word "});
        ++result.replyTokens;
        std::this_thread::sleep_for(1ms);
    }
    result.reason = FinishReason::Cancelled;
    return result;
}

} // namespace

class EngineChatTest : public QObject {
    Q_OBJECT
private slots:
    void everyReferenceReplyComesOutWhole_data();
    void everyReferenceReplyComesOutWhole();
    void aLoadedModelIsDescribed();
    void lentExpertsAreCountedByMixturesAndNotByLayers();
    void aMissingFileFailsToLoad();
    void aFileWithoutATemplateIsNoted();
    void aModelIsLoadedAsItsRequestSays();
    void aTemplateOfTheUsersIsTalkedWith();
    void adaptersAreChangedOnTheLoadedModel();
    void aModelIsNotLoadedWithAnAdapterOfAnother();
    void loadProgressIsThrottledAndEnds();
    void aCancelledLoadFailsAtOnceAndFreesTheModel();
    void anotherLoadReplacesOneThatRuns();
    void unloadingFreesTheModel();
    void tokensArriveInBatches();
    void aStopEndsTheReplyQuickly();
    void aSecondReplyIsRefusedWhileOneRuns();
    void aReplyWithoutAModelIsRefused();
    void unloadingDuringAReplyEndsIt();
    void aLostDeviceFailsTheReplyAndTheModelLoadsAgain();
    void aFullMemoryFailsTheReplyAndKeepsTheModel();
    void anEngineCanGoInTheMiddleOfAReply();
};

void EngineChatTest::everyReferenceReplyComesOutWhole_data() {
    QTest::addColumn<QJsonObject>("expected");
    QFile file(QString::fromStdString((test::dataDir() / "tiny-reasoner/expected.json").string()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    for (const QJsonValue& one : QJsonDocument::fromJson(file.readAll())["q8_0"].toArray())
        QTest::newRow(qPrintable(one["question"].toString())) << one.toObject();
}

void EngineChatTest::everyReferenceReplyComesOutWhole() {
    QFETCH(QJsonObject, expected);
    EngineChat engine;
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    engine.generate(greedy(expected["question"].toString()));
    QTRY_COMPARE_WITH_TIMEOUT(listener.finished.size(), 1, kPatience);
    QCOMPARE(listener.text() + QStringLiteral("<｜end▁of▁sentence｜>"), expected["greedy_text"].toString());
    QCOMPARE(listener.summary().finish, Finish::EndOfText);
    QCOMPARE(listener.started.size(), 1);
    QVERIFY(listener.started.first().first().value<ThinkMarkers>().startsInside);
    QCOMPARE(listener.pieces(), listener.summary().replyTokens);
    QVERIFY(listener.prefill.last().first() == listener.prefill.last().last());
}

void EngineChatTest::aLoadedModelIsDescribed() {
    EngineChat engine;
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    const LoadedModel model = listener.model();
    QCOMPARE(model.path, tiny().path);
    QCOMPARE(model.name, QStringLiteral("Tiny Reasoner (adds numbers)"));
    QCOMPARE(model.quantization, QStringLiteral("Q8_0"));
    QCOMPARE(model.contextTokens, 1024);
    QVERIFY(!model.contextExceedsTraining);
    QVERIFY(model.memoryBytes > 2'000'000);
    QVERIFY(!model.graphicsMemory); // the computer's own
    QVERIFY(model.markers.reasons && model.markers.startsInside);
    QVERIFY(model.switches.thinking.isEmpty());
    QVERIFY(model.templateNote.isEmpty());
    QVERIFY(!model.device.isEmpty());
}

// A model with dense layers in front was said to have lent the experts of those too.
void EngineChatTest::lentExpertsAreCountedByMixturesAndNotByLayers() {
    EngineChat engine(
        [](const LoadOptions&, const Progress&, const std::stop_token&) -> Result<std::unique_ptr<Model>> {
            auto real = test::loadTinyReasoner();
            if (!real) return real.error();
            return std::unique_ptr<Model>(std::make_unique<LendingModel>(std::move(*real)));
        });
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    QVERIFY2(listener.model().device.endsWith(QStringLiteral("(the experts of 3 of 8 layers in memory)")),
             qPrintable(listener.model().device));
}

void EngineChatTest::aMissingFileFailsToLoad() {
    EngineChat engine;
    Listener listener(engine);
    engine.loadModel({QStringLiteral("/nowhere/model.gguf"), QStringLiteral("reference"), 0});
    QTRY_COMPARE_WITH_TIMEOUT(listener.loadFailed.size(), 1, kPatience);
    QCOMPARE(listener.loadError(), ErrorCode::FileNotFound);
    QCOMPARE(listener.loaded.size(), 0);
}

// The key is renamed in a copy of the file, so that it is there no more.
void EngineChatTest::aFileWithoutATemplateIsNoted() {
    QFile file(tiny().path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QByteArray bytes = file.readAll();
    const qsizetype key = bytes.indexOf("tokenizer.chat_template");
    QVERIFY(key > 0);
    bytes.replace(key, 23, "tokenizer.chat_templatX");
    QTemporaryDir folder;
    QFile copy(folder.filePath(QStringLiteral("no-template.gguf")));
    QVERIFY(copy.open(QIODevice::WriteOnly) && copy.write(bytes) == bytes.size());
    copy.close();

    EngineChat engine;
    Listener listener(engine);
    engine.loadModel({copy.fileName(), QStringLiteral("reference"), 0});
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    QVERIFY(listener.model().templateNote.contains(QStringLiteral("DeepSeek R1")));
    QVERIFY(listener.model().markers.startsInside);
    engine.generate(greedy(QStringLiteral("12+34=?")));
    QTRY_COMPARE_WITH_TIMEOUT(listener.finished.size(), 1, kPatience);
    QVERIFY2(listener.text().contains(QStringLiteral("\\boxed{46}")), qPrintable(listener.text()));
}

void EngineChatTest::aModelIsLoadedAsItsRequestSays() {
    LoadOptions seen;
    EngineChat engine([&](const LoadOptions& options, const Progress&, std::stop_token) {
        seen = options;
        return Result<std::unique_ptr<Model>>(Error{ErrorCode::Cancelled, {}, {}});
    });
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loadFailed.size(), 1, kPatience);
    QVERIFY(!seen.kvType && !seen.gpuLayers);
    LoadRequestInfo request = tiny();
    request.contextTokens = 777;
    request.kvType = QStringLiteral("q8_0");
    request.gpuLayers = 3;
    engine.loadModel(request);
    QTRY_COMPARE_WITH_TIMEOUT(listener.loadFailed.size(), 2, kPatience);
    QCOMPARE(seen.contextTokens, 777U);
    QVERIFY(seen.kvType == KvType::Q8_0);
    QCOMPARE(seen.gpuLayers, std::optional(3U));
    request.gpuLayers = ModelSettings::kLayersThatFit;
    engine.loadModel(request);
    QTRY_COMPARE_WITH_TIMEOUT(listener.loadFailed.size(), 3, kPatience);
    QCOMPARE(seen.gpuLayers, std::optional(kAutoLayers));
}

void EngineChatTest::aTemplateOfTheUsersIsTalkedWith() {
    EngineChat engine;
    Listener listener(engine);
    LoadRequestInfo request = tiny();
    request.chatTemplate = QStringLiteral("{{ messages[0]['content'] }}");
    engine.loadModel(request);
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    QVERIFY(!listener.model().markers.startsInside || listener.model().templateNote.isEmpty());
    request.chatTemplate = QStringLiteral("{% broken");
    engine.loadModel(request);
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 2, kPatience);
    QVERIFY(listener.model().templateNote.contains(QStringLiteral("does not work")));
}

void EngineChatTest::adaptersAreChangedOnTheLoadedModel() {
    const auto adapter = [](const char* name) {
        return QString::fromStdString((test::dataDir() / "lora" / name).string());
    };
    EngineChat engine;
    QSignalSpy loaded(&engine, &ChatEngine::modelLoaded), changed(&engine, &ChatEngine::adaptersChanged),
        failed(&engine, &ChatEngine::adaptersFailed);
    engine.setAdapters({});
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kPatience); // there is no model
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(loaded.size(), 1, kPatience);
    engine.setAdapters({{adapter("turned.gguf"), 0.5}}); // of a Llama
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 2, kPatience);
    QCOMPARE(failed.last().first().value<Error>().code, ErrorCode::WrongAdapter);
    QCOMPARE(changed.size(), 0);
    // The tiny Qwen2 that this one was made for has the shapes of the tiny reasoner.
    const QList<ModelAdapter> fitting{{adapter("style.gguf"), 0.5}};
    engine.setAdapters(fitting);
    QTRY_COMPARE_WITH_TIMEOUT(changed.size(), 1, kPatience);
    QCOMPARE(changed.last().first().value<QList<ModelAdapter>>(), fitting);
    engine.setAdapters({});
    QTRY_COMPARE_WITH_TIMEOUT(changed.size(), 2, kPatience);
    QCOMPARE(failed.size(), 2);
}

void EngineChatTest::aModelIsNotLoadedWithAnAdapterOfAnother() {
    EngineChat engine;
    Listener heard(engine);
    LoadRequestInfo request = tiny();
    request.adapters = {{QString::fromStdString((test::dataDir() / "lora/turned.gguf").string()), 1}};
    engine.loadModel(request);
    QTRY_COMPARE_WITH_TIMEOUT(heard.loadFailed.size(), 1, kPatience);
    QCOMPARE(heard.loadError(), ErrorCode::WrongAdapter);
}

void EngineChatTest::loadProgressIsThrottledAndEnds() {
    EngineChat engine([](const LoadOptions&, const Progress& progress, std::stop_token) {
        for (int i = 0; i <= 20000; ++i)
            progress(std::uint64_t(i), 20000);
        return test::loadTinyReasoner();
    });
    Listener listener(engine);
    QElapsedTimer timer;
    timer.start();
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    QVERIFY(listener.progress.size() >= 2);
    QVERIFY2(listener.progress.size() <= timer.elapsed() / 33 + 3,
             qPrintable(QString::number(listener.progress.size())));
    QCOMPARE(listener.progress.last().first().toLongLong(), 20000);
}

void EngineChatTest::aCancelledLoadFailsAtOnceAndFreesTheModel() {
    const auto alive = std::make_shared<int>(0);
    std::atomic<bool> running = false;
    EngineChat engine([&](const LoadOptions& options, const Progress& progress, std::stop_token stop) {
        running = true;
        while (!stop.stop_requested())
            std::this_thread::sleep_for(1ms);
        // A load that was finished anyway.
        return scripted(endless, alive)(options, progress, {});
    });
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_VERIFY_WITH_TIMEOUT(running.load(), kPatience);
    engine.cancelLoad();
    QCOMPARE(listener.loadFailed.size(), 1);
    QCOMPARE(listener.loadError(), ErrorCode::Cancelled);
    engine.cancelLoad();
    QTest::qWait(300);
    QCOMPARE(listener.loadFailed.size(), 1);
    QCOMPARE(listener.loaded.size(), 0);
    QCOMPARE(*alive, 0);
}

void EngineChatTest::anotherLoadReplacesOneThatRuns() {
    std::atomic<int> loads = 0;
    EngineChat engine(
        [&](const LoadOptions&, const Progress&, std::stop_token stop) -> Result<std::unique_ptr<Model>> {
            if (++loads > 1) return test::loadTinyReasoner();
            while (!stop.stop_requested())
                std::this_thread::sleep_for(1ms);
            return Error{ErrorCode::Cancelled, {}, {}};
        });
    Listener listener(engine);
    engine.loadModel({QStringLiteral("/first"), {}, 0});
    QTRY_COMPARE_WITH_TIMEOUT(loads.load(), 1, kPatience);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    QCOMPARE(listener.model().path, tiny().path);
    QCOMPARE(listener.loadFailed.size(), 0);
}

void EngineChatTest::unloadingFreesTheModel() {
    const auto alive = std::make_shared<int>(0);
    EngineChat engine(scripted(endless, alive));
    Listener listener(engine);
    engine.unloadModel();
    QCOMPARE(listener.unloaded.size(), 0);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    QCOMPARE(*alive, 1);
    engine.unloadModel();
    QCOMPARE(listener.unloaded.size(), 1);
    QTRY_COMPARE_WITH_TIMEOUT(*alive, 0, kPatience);
}

void EngineChatTest::tokensArriveInBatches() {
    EngineChat engine(scripted([](auto, auto&&, const OnToken& onToken, auto, auto&&) {
        for (int i = 0; i < 5000; ++i)
            onToken({1, "a"});
        GenerateResult result;
        result.replyTokens = 5000;
        return Result<GenerateResult>(result);
    }));
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    QElapsedTimer timer;
    timer.start();
    engine.generate(greedy(QStringLiteral("q")));
    QTRY_COMPARE_WITH_TIMEOUT(listener.finished.size(), 1, kPatience);
    QCOMPARE(listener.pieces(), 5000);
    QVERIFY2(listener.tokens.size() <= timer.elapsed() / 16 + 3,
             qPrintable(QString::number(listener.tokens.size())));
}

void EngineChatTest::aStopEndsTheReplyQuickly() {
    EngineChat engine(scripted(endless));
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    engine.generate(greedy(QStringLiteral("q")));
    QTRY_VERIFY_WITH_TIMEOUT(listener.pieces() > 5, kPatience);
    engine.stop();
    QTRY_COMPARE_WITH_TIMEOUT(listener.finished.size(), 1, kPatience);
    QCOMPARE(listener.summary().finish, Finish::Stopped);
    QCOMPARE(listener.pieces(), listener.summary().replyTokens);
    QCOMPARE(listener.failed.size(), 0);
}

void EngineChatTest::aSecondReplyIsRefusedWhileOneRuns() {
    EngineChat engine(scripted(endless));
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    engine.generate(greedy(QStringLiteral("one")));
    engine.generate(greedy(QStringLiteral("two")));
    QCOMPARE(listener.failed.size(), 1);
    QCOMPARE(listener.error(), ErrorCode::BadArgument);
    engine.stop();
    QTRY_COMPARE_WITH_TIMEOUT(listener.finished.size(), 1, kPatience);
    engine.generate(greedy(QStringLiteral("three")));
    QTRY_VERIFY_WITH_TIMEOUT(listener.started.size() >= 1, kPatience);
    engine.stop();
    QTRY_COMPARE_WITH_TIMEOUT(listener.finished.size(), 2, kPatience);
}

void EngineChatTest::aReplyWithoutAModelIsRefused() {
    EngineChat engine(scripted(endless));
    Listener listener(engine);
    engine.generate(greedy(QStringLiteral("q")));
    QCOMPARE(listener.failed.size(), 1);
}

void EngineChatTest::unloadingDuringAReplyEndsIt() {
    const auto alive = std::make_shared<int>(0);
    EngineChat engine(scripted(endless, alive));
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    engine.generate(greedy(QStringLiteral("q")));
    QTRY_VERIFY_WITH_TIMEOUT(listener.pieces() > 2, kPatience);
    engine.unloadModel();
    QCOMPARE(listener.finished.size(), 1);
    QCOMPARE(listener.summary().finish, Finish::Stopped);
    const int pieces = listener.pieces();
    QTRY_COMPARE_WITH_TIMEOUT(*alive, 0, kPatience);
    QTest::qWait(50);
    QCOMPARE(listener.pieces(), pieces);
    QCOMPARE(listener.finished.size(), 1);
}

void EngineChatTest::aLostDeviceFailsTheReplyAndTheModelLoadsAgain() {
    const auto alive = std::make_shared<int>(0);
    EngineChat engine(scripted(
        [](auto, auto&&, const OnToken& onToken, auto, auto&&) {
            onToken({1, "half "});
            return Result<GenerateResult>(Error{ErrorCode::DeviceLost, "Some device", {}});
        },
        alive));
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    engine.generate(greedy(QStringLiteral("q")));
    QTRY_COMPARE_WITH_TIMEOUT(listener.failed.size(), 1, kPatience);
    QCOMPARE(listener.error(), ErrorCode::DeviceLost);
    QCOMPARE(listener.text(), QStringLiteral("half "));
    QCOMPARE(listener.unloaded.size(), 1);
    QCOMPARE(*alive, 0);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 2, kPatience);
}

void EngineChatTest::aFullMemoryFailsTheReplyAndKeepsTheModel() {
    EngineChat engine(scripted([](auto, auto&&, auto&&, auto, auto&&) {
        return Result<GenerateResult>(Error{ErrorCode::OutOfMemory, "Some device", "5 bytes"});
    }));
    Listener listener(engine);
    engine.loadModel(tiny());
    QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
    for (int round = 1; round <= 2; ++round) {
        engine.generate(greedy(QStringLiteral("q")));
        QTRY_COMPARE_WITH_TIMEOUT(listener.failed.size(), round, kPatience);
        QCOMPARE(listener.error(), ErrorCode::OutOfMemory);
    }
    QCOMPARE(listener.unloaded.size(), 0);
}

void EngineChatTest::anEngineCanGoInTheMiddleOfAReply() {
    const auto alive = std::make_shared<int>(0);
    {
        EngineChat engine(scripted(endless, alive));
        Listener listener(engine);
        engine.loadModel(tiny());
        QTRY_COMPARE_WITH_TIMEOUT(listener.loaded.size(), 1, kPatience);
        engine.generate(greedy(QStringLiteral("q")));
        QTRY_VERIFY_WITH_TIMEOUT(listener.pieces() > 2, kPatience);
    }
    QCOMPARE(*alive, 0);
}

PONDER_TEST(EngineChatTest)
#include "engine_chat_test.moc"
