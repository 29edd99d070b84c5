// What the chat asks of an engine, asynchronously, on the GUI thread.
//
// Two implementations: EngineChat (the real one: a worker thread around engine/ and prompt/) and
// FakeChatEngine (scripted; serves the tests and an offline run of the window). All calls return at once; all
// signals arrive on the thread the object lives on. One model and one reply at a time: generate() while a
// reply runs is refused by replyFailed. stop() during prefill or decode ends the reply within one submit with
// FinishReason Stopped.
//
// Owner: main.cpp. Thread: GUI. Previous station: conversation tree. Next station: ThinkSplitter.
#pragma once

#include "app/prompt/template_switches.h"
#include "app/store/measurements.h"
#include "app/store/model_settings.h"
#include "engine/base/error.h"

#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>

#include <optional>

namespace ponder {

struct ChatTurn {
    enum class Role { User, Assistant };
    Role role = Role::User;
    QString text;     // the question, or the answer without its thoughts
    QString thoughts; // of an assistant's turn; the template decides whether they are sent again
};

// What a reply's text looks like, decided by the model's template and the template doctor.
struct ThinkMarkers {
    bool reasons = false;      // false: the whole reply is the answer, whatever tags it prints
    bool startsInside = false; // the prompt already opened the thought
    QString open = QStringLiteral("<think>");
    QString close = QStringLiteral("</think>");
};

struct ReplyRequest {
    int chatId = 0;        // whose keys and values may be kept; 0: nobody's
    QList<ChatTurn> turns; // ends with the user's question
    QString instruction;   // the user's system prompt, or empty
    ThinkingChoice thinking;
    double temperature = -1; // < 0: the model's recommendation
    double topP = -1;        // < 0: the model's recommendation
    double minP = -1;        // < 0: the model's recommendation
    int topK = -1;           // < 0: the model's recommendation
    quint64 seed = 0;        // 0: a random one
    int maxTokens = 0;       // 0: the model's recommendation
    QString marks;           // what the user says of this model's thought marks, see think_marks.h
};

struct LoadRequestInfo {
    QString path;
    QString device = QStringLiteral("auto");
    int contextTokens = 0;        // 0: the engine's choice
    std::optional<int> gpuLayers; // ModelSettings::kLayersThatFit or how many; nothing: the engine's choice
    std::optional<int> expertLayers; // of how many layers the processor has the experts, likewise
    QString kvType;                  // "f16", "f32", "q8_0"; empty: the device's choice
    QString chatTemplate;            // in place of the file's own; empty: the file's
    QList<ModelAdapter> adapters;    // the model is loaded with these
};

struct LoadedModel {
    QString path;
    QString name;         // as the file says it
    QString quantization; // "Q4_K_M", or what most of its weights are
    QString device;       // as the driver says it
    int contextTokens = 0;
    bool contextExceedsTraining = false;
    qint64 memoryBytes = 0;       // used by the model on its device
    qint64 deviceMemoryBytes = 0; // what the device has; 0 unknown
    bool graphicsMemory = false;  // it is a graphics card's own, not the computer's
    double loadSeconds = 0;
    ThinkMarkers markers;
    TemplateSwitches switches;
    QString templateNote; // set when a built-in template stands in for the file's own; already translated
    QStringList
        fileNotes; // what its file says wrongly and how it is read, Tokenizer::notes(); already translated
};

struct ReplySummary {
    enum class Finish { EndOfText, Stopped, MaxTokens, ContextFull };
    Finish finish = Finish::EndOfText;
    int promptTokens = 0;
    int reusedTokens = 0;
    int replyTokens = 0;
    int proposedTokens = 0; // guessed ahead
    int acceptedTokens = 0; // of these, those that came true
    int contextUsed = 0;    // tokens in the context now
    double secondsToFirstToken = 0;
    double tokensPerSecond = 0;
    // What the fit hint learns from this reply; nothing where it was too short or not a plain one.
    std::optional<MeasuredSpeed> speed;
    std::optional<MemoryReceipt> memory;
};

class ChatEngine : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    virtual void loadModel(const LoadRequestInfo& request) = 0; // unloads the previous model first
    virtual void cancelLoad() = 0;
    virtual void unloadModel() = 0;
    virtual void generate(const ReplyRequest& request) = 0;
    virtual void stop() = 0;
    // The loaded model's LoRA adapters from the next reply on, without loading it again; none takes all away.
    // Answered by adaptersChanged or, where nothing changed, adaptersFailed.
    virtual void setAdapters(const QList<ModelAdapter>& adapters) = 0;
    // The chat was deleted: nothing of it stays on the disk.
    virtual void forgetChat(int /*chatId*/) {}

signals:
    void loadProgress(qint64 done, qint64 all);
    void tuningProgress(int secondsLeft); // on the first use of a GPU, before loadProgress
    void modelLoaded(const ponder::LoadedModel& model);
    void loadFailed(const ponder::Error& error); // ErrorCode::Cancelled after cancelLoad
    void modelUnloaded();
    void adaptersChanged(const QList<ponder::ModelAdapter>& adapters);
    void adaptersFailed(const ponder::Error& error);

    void prefillProgress(int done, int all); // tokens of the prompt
    void replyStarted(const ponder::ThinkMarkers& markers);
    // The tokens since the last signal, at most every 16 ms: one string a token, possibly empty (half a
    // character).
    void tokensArrived(const QStringList& pieces);
    void replyFinished(const ponder::ReplySummary& summary);
    void replyFailed(const ponder::Error& error);
};

} // namespace ponder

Q_DECLARE_METATYPE(ponder::LoadedModel)
Q_DECLARE_METATYPE(ponder::ThinkMarkers)
Q_DECLARE_METATYPE(ponder::ReplySummary)
Q_DECLARE_METATYPE(ponder::Error)
