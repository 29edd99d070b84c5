#include "app/desktop/screenshot_tour.h"

#include "app/chat/app.h"
#include "app/chat/fake_chat_engine.h"
#include "app/chat/fake_model_files.h"
#include "app/desktop/language_switch.h"
#include "app/desktop/sheet_tour.h"
#include "app/desktop/tour_hub.h"
#include "app/desktop/window_view.h"

#include <QDateTime>
#include <QDir>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QQuickItem>
#include <QQuickWindow>
#include <QTemporaryDir>
#include <QThread>

#include <functional>

namespace ponder {
namespace {

struct Script {
    QString language;
    QString question;
    QStringList today;
    QStringList earlier;
};

QList<Script> scripts() {
    return {{QStringLiteral("en"),
             QStringLiteral("Why is the sky blue at noon and red at sunset?"),
             {QStringLiteral("C++ span and lifetimes"), QStringLiteral("A week in Busan")},
             {QStringLiteral("Kalman filter, step by step"), QStringLiteral("矩阵的秩怎么求")}},
            {QStringLiteral("zh_CN"),
             QStringLiteral("任取51个不超过100的不同正整数，证明其中必有两个数互素。"),
             {QStringLiteral("周报润色"), QStringLiteral("矩阵的秩怎么求")},
             {QStringLiteral("소수의 합"), QStringLiteral("读《庄子》笔记")}},
            {QStringLiteral("ko"),
             QStringLiteral("20보다 작은 소수를 모두 더하면 얼마인가요?"),
             {QStringLiteral("여행 일정 다듬기"), QStringLiteral("C++ span과 수명")},
             {QStringLiteral("矩阵的秩怎么求"), QStringLiteral("번역 다듬기: 초대장")}}};
}

bool waitUntil(const std::function<bool()>& condition, int milliseconds) {
    QElapsedTimer clock;
    clock.start();
    while (!condition()) {
        if (clock.elapsed() > milliseconds) return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
        QThread::msleep(1);
    }
    return true;
}

void pause(int milliseconds) {
    waitUntil([] { return false; }, milliseconds);
}

// Items a view makes have no parent object, so they are searched by the items they are in.
QQuickItem* itemNamed(QQuickItem* root, const QString& name) {
    if (root->objectName() == name) return root;
    for (QQuickItem* child : root->childItems())
        if (QQuickItem* found = itemNamed(child, name)) return found;
    return nullptr;
}

// A small history: chats of today and of last week, and one whose reply failed.
int seed(Store& store, const Script& script) {
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    const qint64 day = 86'400'000;
    const auto add = [&store](const QString& title, qint64 when) {
        ChatRecord chat;
        chat.id = store.newChatId();
        chat.title = title;
        chat.created = chat.updated = when;
        store.insertChat(chat);
        return chat;
    };
    qint64 when = now - 60'000;
    for (const QString& title : script.today)
        add(title, when -= 1000);
    when = now - 5 * day;
    for (const QString& title : script.earlier)
        add(title, when -= 1000);

    ChatRecord failed = add(script.question, now - 3 * day);
    MessageRecord question;
    question.id = store.newMessageId();
    question.chatId = failed.id;
    question.text = script.question;
    store.insertMessage(question);
    MessageRecord reply;
    reply.id = store.newMessageId();
    reply.chatId = failed.id;
    reply.parentId = question.id;
    reply.role = MessageRole::Assistant;
    reply.state = MessageState::Failed;
    reply.error = Error{ErrorCode::DeviceLost, "Radeon RX 6700 XT", {}};
    store.insertMessage(reply);
    failed.currentLeaf = reply.id;
    store.updateChat(failed);
    store.flush();
    return failed.id;
}

// One window in one language, led from state to state.
class Tour {
public:
    Tour(const QString& folder, const Script& script)
        : m_folder(folder), m_script(script), m_store(m_data.path()), m_failedChat(seed(m_store, script)),
          m_engine(options()), m_app(m_engine, m_store, fakeModelServices()) {
        m_app.settings()->setLanguage(script.language);
        m_app.settings()->setReducedMotion(true);
        m_app.settings()->setWindowWidth(1280);
        m_app.settings()->setWindowHeight(800);
    }

    QString run() {
        if (!m_view.load(m_app)) return QStringLiteral("the window did not load");
        m_app.library()->open(modelFile());
        const auto ready = [this] { return m_app.library()->state() == QLatin1String("ready"); };
        if (!waitUntil(ready, 10'000)) return QStringLiteral("the scripted model did not load");
        grab("empty");

        m_app.chat()->send(m_script.question);
        if (!waitUntil([this] { return last("thinkTokens").toInt() > 90; }, 20'000))
            return QStringLiteral("no thought came");
        grab("thinking");
        if (!waitUntil([this] { return m_app.chat()->phase() == QLatin1String("answering"); }, 60'000))
            return QStringLiteral("no answer came");
        const auto folded = [this] {
            const QQuickItem* panel =
                itemNamed(m_view.window()->contentItem(), QStringLiteral("thinkingPanel"));
            return panel && !panel->property("open").toBool();
        };
        if (!waitUntil(folded, 10'000)) return QStringLiteral("the thoughts did not fold");
        grab("folded");
        if (!waitUntil([this] { return !m_app.chat()->busy(); }, 60'000))
            return QStringLiteral("the answer did not end");
        pause(300);
        grab("answer");
        libraryPictures();
        taskPictures();
        sheetPictures();
        if (m_script.language == QLatin1String("ko")) extras();
        if (m_script.language == QLatin1String("en")) modelPictures();
        effortPictures();

        m_app.chats()->open(m_failedChat);
        pause(300);
        grab("error");
        return m_error;
    }

private:
    static FakeChatEngine::Options options() {
        FakeChatEngine::Options fast;
        fast.tokensPerSecond = 60;
        fast.loadMs = 50;
        return fast;
    }

    QVariant last(const char* role) {
        const MessageModel* messages = m_app.chat()->messages();
        const int row = messages->rowCount() - 1;
        return row < 0 ? QVariant() : messages->data(messages->index(row), messages->roleNames().key(role));
    }

    void grab(const char* state) {
        for (const char* theme : {"light", "dark"}) {
            m_app.settings()->setTheme(QString::fromLatin1(theme));
            save(QStringLiteral("%1-%2-%3.png")
                     .arg(QLatin1String(state), m_script.language, QLatin1String(theme)));
        }
    }

    void save(const QString& name) {
        pause(120);
        if (!m_view.window()->grabWindow().save(QDir(m_folder).filePath(name)))
            m_error = QStringLiteral("%1 could not be written").arg(name);
    }

    // The model that is loaded: a file that is there, so that the page of models does not miss it.
    QString modelFile() const {
        const QString path = QDir(m_data.path()).filePath(QStringLiteral("DeepSeek-R1-Distill-Qwen-7B.gguf"));
        if (!QFile::exists(path))
            QFile::rename(writeModelOutline(m_data.path(), QStringLiteral("deepseek-r1-distill-qwen-7b"),
                                            QStringLiteral("Q4_K_M")),
                          path);
        return path;
    }

    // The list of models, and what a model that does not fit says.
    void modelPictures() {
        QQuickItem* button = itemNamed(m_view.window()->contentItem(), QStringLiteral("modelButton"));
        if (button) QMetaObject::invokeMethod(button, "activate");
        grab("models");
        if (button) QMetaObject::invokeMethod(button, "activate");
        m_app.library()->open(QStringLiteral("/models/DeepSeek-R1-fail.gguf"));
        waitUntil([this] { return m_app.library()->state() == QLatin1String("failed"); }, 5'000);
        grab("failed");
        m_app.library()->open(modelFile());
        waitUntil([this] { return m_app.library()->state() == QLatin1String("ready"); }, 5'000);
    }

    // What a template with levels of effort lets one choose. Behind the pages of models, which would list it.
    void effortPictures() {
        m_app.library()->open(QStringLiteral("/models/Reasoner-effort.gguf"));
        waitUntil([this] { return m_app.chat()->thinking()->canKeepEarlier(); }, 5'000);
        pause(100);
        if (QQuickItem* menu = itemNamed(m_view.window()->contentItem(), QStringLiteral("thinkingMenu")))
            QMetaObject::invokeMethod(menu, "open");
        grab("effort");
        key(Qt::Key_Escape, Qt::NoModifier);
    }

    // Conversions, adapters, what is dropped and what is found.
    void sheetPictures() {
        const int chat = m_app.chats()->index(0).data(ChatListModel::ChatIdRole).toInt();
        TourHands hands;
        hands.grab = [this](const char* state) { grab(state); };
        hands.wait = waitUntil;
        hands.find = [this](const QString& name) { return itemNamed(m_view.window()->contentItem(), name); };
        hands.press = [this](Qt::Key letter, Qt::KeyboardModifiers modifiers) { key(letter, modifiers); };
        SheetTour(m_app, m_view.window(), m_data.path(), hands).run();
        m_app.chats()->open(chat);
    }

    void key(Qt::Key letter, Qt::KeyboardModifiers modifiers = Qt::ControlModifier) {
        QKeyEvent press(QEvent::KeyPress, letter, modifiers);
        QCoreApplication::sendEvent(m_view.window(), &press);
        QKeyEvent release(QEvent::KeyRelease, letter, modifiers);
        QCoreApplication::sendEvent(m_view.window(), &release);
    }

    // The page of models, what one of them is, and the list for a GPU that is not there.
    void libraryPictures() {
        const auto listed = [this] { return m_app.fit()->count() > 0 && !m_app.fit()->busy(); };
        key(Qt::Key_M);
        waitUntil(listed, 10'000);
        grab("library");
        key(Qt::Key_Return, Qt::NoModifier);
        pause(200);
        grab("model");
        key(Qt::Key_Escape, Qt::NoModifier);
        m_app.fit()->setWhatIf(QStringLiteral("NVIDIA GeForce RTX 4090"));
        waitUntil(listed, 10'000);
        grab("what-if");
        m_app.fit()->setWhatIf({});
        waitUntil(listed, 10'000);
        m_view.window()->resize(720, 560);
        pause(300);
        grab("library-narrow");
        m_view.window()->resize(1280, 800);
        key(Qt::Key_N);
        m_app.chats()->open(m_app.chats()->index(0).data(ChatListModel::ChatIdRole).toInt());
    }

    void activate(const char* name) {
        if (QQuickItem* item = itemNamed(m_view.window()->contentItem(), QLatin1String(name)))
            QMetaObject::invokeMethod(item, "activate");
        else
            m_error = QStringLiteral("there is no %1").arg(QLatin1String(name));
        pause(200);
    }

    void fetch(const char* model, const char* quantization) {
        m_app.fetch()->ask(QLatin1String(model), QLatin1String(quantization), 4e9, {});
        waitUntil([this] { return m_app.fetch()->state() != QLatin1String("looking"); }, 5'000);
        m_app.fit()->chooseQuantization(rowOf(model), QLatin1String(quantization));
    }

    int rowOf(const char* model) {
        for (int row = 0; row < m_app.fit()->count(); ++row)
            if (m_app.fit()->index(row).data(FitListModel::ModelIdRole) == QLatin1String(model)) return row;
        return -1;
    }

    // Downloads that run, are paused and have failed; what is asked before one; the files of a repository.
    void taskPictures() {
        m_app.settings()->setModelsFolder(m_data.filePath(QStringLiteral("models")));
        m_app.hubSettings()->setEndpoint(m_hub.address());
        m_app.settings()->setHubProxy(QStringLiteral("none"));
        key(Qt::Key_M);
        m_view.window()->resize(1280, 1340);
        const auto received = [this](int row) {
            return m_app.downloads()->index(row).data(DownloadModel::PresentRole).toDouble() > 2e6;
        };
        fetch("deepseek-r1-distill-qwen-14b", "Q4_K_M");
        fetch("deepseek-r1-distill-llama-8b", "Q6_K");
        waitUntil([&] { return received(0) && received(1); }, 20'000);
        m_app.fit()->pauseTask(rowOf("deepseek-r1-distill-llama-8b"));
        m_app.settings()->setHubProxy(QStringLiteral("gopher://nowhere"));
        fetch("deepseek-r1-distill-qwen-1.5b", "Q4_K_M");
        m_app.settings()->setHubProxy(QStringLiteral("none"));
        pause(1200);
        grab("tasks");
        m_view.window()->resize(720, 1340);
        pause(300);
        grab("tasks-narrow");
        m_view.window()->resize(1280, 800);
        fetch("sunxiaochuan-v1-3b", "Q4_K_M");
        grab("fetch");
        m_app.fetch()->dismiss();
        const int large = rowOf("deepseek-r1-distill-llama-70b");
        m_app.fit()->chooseQuantization(large, QStringLiteral("F16"));
        activate("action-deepseek-r1-distill-llama-70b");
        grab("fetch-too-large");
        m_app.fetch()->dismiss();
        activate("action-deepseek-r1");
        grab("server");
        key(Qt::Key_Escape, Qt::NoModifier);
        activate("browseModels");
        m_app.hub()->browse(QStringLiteral("unsloth/DeepSeek-R1-Distill-Qwen-32B-GGUF"));
        waitUntil([this] { return m_app.hub()->state() == QLatin1String("ready"); }, 5'000);
        grab("hub");
        key(Qt::Key_Escape, Qt::NoModifier);
        while (m_app.downloads()->count() > 0)
            m_app.downloads()->cancel(0);
        key(Qt::Key_N);
        m_app.chats()->open(m_app.chats()->index(0).data(ChatListModel::ChatIdRole).toInt());
    }

    // What does not need every language: the settings, a narrow window.
    void extras() {
        key(Qt::Key_Comma);
        grab("settings");
        QKeyEvent escape(QEvent::KeyPress, Qt::Key_Escape, Qt::NoModifier);
        QCoreApplication::sendEvent(m_view.window(), &escape);
        m_view.window()->resize(720, 560);
        pause(300);
        grab("narrow");
        m_view.window()->resize(1280, 800);
        pause(300);
    }

    QString m_folder;
    Script m_script;
    QTemporaryDir m_data;
    TourHub m_hub;
    Store m_store;
    int m_failedChat;
    FakeChatEngine m_engine;
    App m_app;
    WindowView m_view;
    QString m_error;
};

} // namespace

QString drawScreenshots(const QString& folder) {
    if (!QDir().mkpath(folder)) return QStringLiteral("the folder %1 could not be made").arg(folder);
    for (const Script& script : scripts()) {
        const QString error = Tour(folder, script).run();
        if (!error.isEmpty()) return script.language + QStringLiteral(": ") + error;
    }
    return {};
}

} // namespace ponder
