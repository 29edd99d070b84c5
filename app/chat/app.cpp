#include "app/chat/app.h"

#include <QCoreApplication>
#include <QJSEngine>
#include <QQmlEngine>

namespace ponder {
namespace {

App* theApp = nullptr;

} // namespace

App::App(ChatEngine& engine, Store& store, ModelServices services)
    : m_notice(store.notice()), m_settings(store), m_chats(store), m_chat(engine, store, m_chats, m_settings),
      m_library(engine, store, m_settings, services),
      m_fit(*m_library.models(), store, {services.devices, services.processorBandwidth}) {
    theApp = this;
    learnFromReplies(engine, store);
    connect(&m_library, &ModelLibrary::modelChanged, &m_chat, [this] {
        m_chat.setModelSettings(m_library.modelSettings());
        m_chat.setModel(m_library.model());
    });
    connect(&m_library, &ModelLibrary::modelSettingsChanged, &m_chat,
            [this] { m_chat.setModelSettings(m_library.modelSettings()); });
    connect(&m_chats, &ChatListModel::chatRemoved, &engine, &ChatEngine::forgetChat);
    connect(&store, &Store::writeFailed, this, [this](const QString& reason) {
        m_notice = tr("The chat could not be saved: %1. Check the space on the disk.").arg(reason);
        emit noticeChanged();
    });
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
    connect(&m_fit, &FitListModel::forecastsChanged, this, [this] {
        m_library.models()->setHints([this](const ModelRecord& model) { return m_fit.hintsFor(model); });
    });
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
}

} // namespace ponder
