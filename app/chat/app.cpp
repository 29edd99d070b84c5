#include "app/chat/app.h"

#include "app/chat/error_text.h"
#include "app/models/models_folder.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJSEngine>
#include <QQmlEngine>

namespace ponder {
namespace {

App* theApp = nullptr;

DownloadRules rulesFor(const ModelServices& services) {
    DownloadRules rules;
    rules.freeBytes = services.freeBytes;
    return rules;
}

} // namespace

App::App(ChatEngine& engine, Store& store, ModelServices services, TokenStore* tokens)
    : m_notice(store.notice()), m_settings(store), m_chats(store), m_chat(engine, store, m_chats, m_settings),
      m_library(engine, store, m_settings, services),
      m_fit(*m_library.models(), store,
            {services.devices, services.processorBandwidth, services.diskBandwidth}),
      m_dropHints(m_fit), m_hubSettings(m_settings, tokens ? *tokens : m_memoryTokens),
      m_queue(
          QFileInfo(store.file()).path() + QStringLiteral("/downloads.json"),
          [this] { return m_hubSettings.access(); }, rulesFor(services)),
      m_downloads(m_queue, [this] { return modelsFolder(m_settings.modelsFolder()); }),
      m_hub(
          m_queue, [this] { return m_hubSettings.access(); },
          [this] { return modelsFolder(m_settings.modelsFolder()); }),
      m_conversions(QFileInfo(store.file()).path() + QStringLiteral("/conversions.json"), *m_library.models(),
                    services.check, [this] { return modelsFolder(m_settings.modelsFolder()); }),
      m_conversionChoices(m_fit, *m_library.models(),
                          [this] { return modelsFolder(m_settings.modelsFolder()); }),
      m_tasks(m_queue, m_conversions),
      m_fetch(
          m_downloads, [this] { return modelsFolder(m_settings.modelsFolder()); }, services.freeBytes),
      m_intake(m_queue, *m_library.models(), m_conversions, std::move(services)) {
    theApp = this;
    learnFromReplies(engine, store);
    connect(&m_library, &ModelLibrary::modelChanged, &m_chat, [this] {
        m_chat.setModelSettings(m_library.modelSettings());
        m_chat.setModel(m_library.model());
    });
    connect(&m_library, &ModelLibrary::modelSettingsChanged, &m_chat,
            [this] { m_chat.setModelSettings(m_library.modelSettings()); });
    connect(m_chat.thinking(), &ThinkingControls::chosen, &m_library, &ModelLibrary::setModelSettings);
    connect(&m_chats, &ChatListModel::chatRemoved, &engine, &ChatEngine::forgetChat);
    connect(&store, &Store::writeFailed, this, [this](const QString& reason) {
        m_notice = tr("The chat could not be saved: %1. Check the space on the disk.").arg(reason);
        emit noticeChanged();
    });
    connectDownloads();
}

void App::connectDownloads() {
    const auto say = [this](const QString& text) {
        m_notice = text;
        emit noticeChanged();
    };
    connect(&m_intake, &DownloadIntake::refused, this, say);
    connect(&m_intake, &DownloadIntake::conversionAsked, this, &App::conversionAsked);
    m_fit.setTasks(m_tasks);
    connect(&m_queue, &DownloadQueue::listNotKept, this,
            [say](const Error& error) { say(errorText(error)); });
}

App::~App() { theApp = nullptr; }

// Speeds and memory that a reply has shown go into the store, and from there into the forecasts.
void App::learnFromReplies(ChatEngine& engine, Store& store) {
    connect(&engine, &ChatEngine::replyFinished, this, [this, &store](const ReplySummary& summary) {
        if (summary.speed) store.addSpeed(*summary.speed);
        if (summary.memory) store.saveReceipt(*summary.memory);
        if (summary.speed || summary.memory) m_fit.expire();
    });
    m_fit.setDevice(m_settings.device());
    connect(&m_settings, &Settings::deviceChanged, this, [this] { m_fit.setDevice(m_settings.device()); });
    const auto giveHints = [this] {
        m_library.models()->setHints([this](const ModelRecord& model) { return m_fit.hintsFor(model); });
        m_dropHints.forget();
        m_library.preview()->setHints([this](const RecognizedModel& model) { return m_dropHints.of(model); });
    };
    giveHints();
    connect(&m_fit, &FitListModel::forecastsChanged, this, giveHints);
}

App* App::create(QQmlEngine*, QJSEngine*) {
    Q_ASSERT(theApp);
    QJSEngine::setObjectOwnership(theApp, QJSEngine::CppOwnership);
    return theApp;
}

QString App::version() const { return QStringLiteral(PONDER_VERSION); }

void App::dismissNotice() {
    m_notice.clear();
    emit noticeChanged();
}

void App::retranslate() {
    m_chat.retranslate();
    m_chats.retranslate();
    m_library.retranslate();
    m_fit.retranslate();
    m_hubSettings.retranslate();
    m_downloads.retranslate();
    m_fetch.retranslate();
    m_hub.retranslate();
    m_conversions.retranslate();
    m_conversionChoices.retranslate();
    m_dropHints.forget();
}

} // namespace ponder
