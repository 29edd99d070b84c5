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
      m_library(engine, store, m_settings, std::move(services)) {
    theApp = this;
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
}

} // namespace ponder
