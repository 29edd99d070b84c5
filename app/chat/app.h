// What the window sees of the application: everything hangs off this one object.
//
// Made by main.cpp, the composition root, from an engine and a store, before QML loads; create() hands it to
// QML. Owner: main.cpp. Thread: GUI. Next station: ui/Main.qml.
#pragma once

#include "app/chat/chat_controller.h"
#include "app/chat/chat_list_model.h"
#include "app/fit/conversion_choices.h"
#include "app/fit/drop_hints.h"
#include "app/fit/fit_list_model.h"
#include "app/models/conversion_jobs.h"
#include "app/models/download_intake.h"
#include "app/models/download_model.h"
#include "app/models/hub_browser.h"
#include "app/models/hub_settings.h"
#include "app/models/model_fetch.h"
#include "app/models/model_library.h"
#include "app/store/settings.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

class QJSEngine;
class QQmlEngine;

namespace ponder {

class App : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON
    Q_PROPERTY(ponder::ChatListModel* chats READ chats CONSTANT)
    Q_PROPERTY(ponder::ChatController* chat READ chat CONSTANT)
    Q_PROPERTY(ponder::ModelLibrary* library READ library CONSTANT)
    Q_PROPERTY(ponder::FitListModel* fit READ fit CONSTANT)
    Q_PROPERTY(ponder::Settings* settings READ settings CONSTANT)
    Q_PROPERTY(ponder::DownloadModel* downloads READ downloads CONSTANT)
    Q_PROPERTY(ponder::ConversionJobs* conversions READ conversions CONSTANT)
    Q_PROPERTY(ponder::ConversionChoices* conversionChoices READ conversionChoices CONSTANT)
    Q_PROPERTY(ponder::ModelFetch* fetch READ fetch CONSTANT)
    Q_PROPERTY(ponder::HubBrowser* hub READ hub CONSTANT)
    Q_PROPERTY(ponder::HubSettings* hubSettings READ hubSettings CONSTANT)
    Q_PROPERTY(QString version READ version CONSTANT)
    // Why the history is not the expected one, translated; empty as a rule.
    Q_PROPERTY(QString notice READ notice NOTIFY noticeChanged)
public:
    // Without a token store secrets live until the program ends.
    App(ChatEngine& engine, Store& store, ModelServices services, TokenStore* tokens = nullptr);
    ~App() override;

    static App* create(QQmlEngine* qml, QJSEngine* js);

    ChatListModel* chats() { return &m_chats; }
    ChatController* chat() { return &m_chat; }
    ModelLibrary* library() { return &m_library; }
    FitListModel* fit() { return &m_fit; }
    Settings* settings() { return &m_settings; }
    DownloadModel* downloads() { return &m_downloads; }
    ConversionJobs* conversions() { return &m_conversions; }
    ConversionChoices* conversionChoices() { return &m_conversionChoices; }
    ModelFetch* fetch() { return &m_fetch; }
    HubBrowser* hub() { return &m_hub; }
    HubSettings* hubSettings() { return &m_hubSettings; }
    QString version() const;
    QString notice() const { return m_notice; }

    Q_INVOKABLE void dismissNotice();
    Q_INVOKABLE void retranslate(); // the language was switched: texts made here are asked for again

signals:
    void noticeChanged();
    // A folder of weights was downloaded, and what to make of it was not said.
    void conversionAsked(const QString& folder, const QString& name);

private:
    void connectDownloads();

    QString m_notice;
    Settings m_settings;
    ChatListModel m_chats;
    ChatController m_chat;
    void learnFromReplies(ChatEngine& engine, Store& store);

    ModelLibrary m_library;
    FitListModel m_fit;
    DropHints m_dropHints;
    MemoryTokenStore m_memoryTokens;
    HubSettings m_hubSettings;
    DownloadQueue m_queue;
    DownloadModel m_downloads;
    HubBrowser m_hub;
    ConversionJobs m_conversions;
    ConversionChoices m_conversionChoices;
    ModelTasks m_tasks;
    ModelFetch m_fetch;
    DownloadIntake m_intake;
};

} // namespace ponder
