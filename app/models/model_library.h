// The model that is loaded or being loaded, all models that are known, recently used ones, and the devices.
//
// Takes a path, a URL or dropped files; checks the file on a worker thread, by reference, before the model in
// use is given up; then has the engine load it. Owner: App. Thread: GUI. Errors: errorText, translated; a
// file that cannot be used leaves the loaded model as it is. Next station: ChatEngine, ChatController.
#pragma once

#include "app/chat/chat_engine.h"
#include "app/models/adapter_model.h"
#include "app/models/device_model.h"
#include "app/models/drop_preview.h"
#include "app/models/found_models.h"
#include "app/models/model_importer.h"
#include "app/models/model_services.h"
#include "app/models/model_settings_model.h"
#include "app/models/recent_model.h"
#include "app/store/settings.h"

#include <QObject>
#include <QThreadPool>
#include <QUrl>
#include <QtQml/qqmlregistration.h>

#include <optional>

namespace ponder {

class ModelLibrary : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.library is the one there is")
    Q_PROPERTY(QString state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString path READ path NOTIFY modelChanged)
    Q_PROPERTY(QString name READ name NOTIFY modelChanged)
    Q_PROPERTY(QString quantization READ quantization NOTIFY modelChanged)
    Q_PROPERTY(QString device READ device NOTIFY modelChanged)
    Q_PROPERTY(double progress READ progress NOTIFY progressChanged)
    Q_PROPERTY(QString progressText READ progressText NOTIFY progressChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY errorTextChanged)
    Q_PROPERTY(QString note READ note NOTIFY modelChanged)
    // Bytes as doubles: QML has no 64-bit integers.
    Q_PROPERTY(double memoryBytes READ memoryBytes NOTIFY modelChanged)
    Q_PROPERTY(double deviceMemoryBytes READ deviceMemoryBytes NOTIFY modelChanged)
    Q_PROPERTY(bool graphicsMemory READ graphicsMemory NOTIFY modelChanged)
    Q_PROPERTY(bool reasoning READ reasoning NOTIFY modelChanged)
    Q_PROPERTY(int contextTokens READ contextTokens NOTIFY modelChanged)
    // The loaded model's settings have changed so that it must be loaded anew for them: reload().
    Q_PROPERTY(bool reloadNeeded READ reloadNeeded NOTIFY reloadNeededChanged)
    // Adapters were changed while a reply runs: they hold from the next one on.
    Q_PROPERTY(bool adaptersWaiting READ adaptersWaiting NOTIFY reloadNeededChanged)
    Q_PROPERTY(ponder::LibraryModel* models READ models CONSTANT)
    Q_PROPERTY(ponder::DropPreview* preview READ preview CONSTANT)
    Q_PROPERTY(ponder::ModelImporter* importer READ importer CONSTANT)
    Q_PROPERTY(ponder::FoundModels* found READ found CONSTANT)
    Q_PROPERTY(ponder::ModelSettingsModel* modelSettings READ settingsModel CONSTANT)
    Q_PROPERTY(ponder::AdapterModel* adapters READ adapters CONSTANT)
    Q_PROPERTY(ponder::RecentModel* recent READ recent CONSTANT)
    Q_PROPERTY(ponder::DeviceModel* devices READ devices CONSTANT)
public:
    ModelLibrary(ChatEngine& engine, Store& store, Settings& settings, ModelServices services,
                 QObject* parent = nullptr);
    ~ModelLibrary() override;

    QString state() const; // "none", "loading", "ready", "failed"
    QString path() const { return m_model ? m_model->path : m_opening.path; }
    QString name() const { return m_model ? m_model->name : m_opening.name; }
    QString quantization() const { return m_model ? m_model->quantization : m_opening.quantization; }
    QString device() const { return m_model ? m_model->device : QString(); }
    double progress() const { return m_bytesAll > 0 ? double(m_bytesDone) / double(m_bytesAll) : 0; }
    QString progressText() const;
    QString errorText() const;
    QString note() const;
    qint64 memoryBytes() const { return m_model ? m_model->memoryBytes : 0; }
    bool graphicsMemory() const { return m_model && m_model->graphicsMemory; }
    qint64 deviceMemoryBytes() const { return m_model ? m_model->deviceMemoryBytes : 0; }
    bool reasoning() const { return m_model && m_model->markers.reasons; }
    int contextTokens() const { return m_model ? m_model->contextTokens : 0; }
    bool reloadNeeded() const;
    bool adaptersWaiting() const { return m_model && m_adaptersAsked != m_loadedWith.adapters; }
    LibraryModel* models() { return &m_models; }
    DropPreview* preview() { return &m_preview; }
    ModelImporter* importer() { return &m_importer; }
    FoundModels* found() { return &m_found; }
    ModelSettingsModel* settingsModel() { return &m_settingsModel; }
    AdapterModel* adapters() { return &m_adapters; }
    RecentModel* recent() { return &m_recent; }
    DeviceModel* devices() { return &m_devices; }
    const std::optional<LoadedModel>& model() const { return m_model; }
    ModelSettings modelSettings() const; // what the user chose for the loaded model
    void setModelSettings(const ModelSettings& settings);

    Q_INVOKABLE void open(const QString& pathOrUrl);
    // Adds what can be added; a single model is opened as well.
    Q_INVOKABLE void openDropped(const QList<QUrl>& files);
    Q_INVOKABLE void cancel();
    Q_INVOKABLE void unload();
    Q_INVOKABLE void retry();
    Q_INVOKABLE void reload();
    Q_INVOKABLE void forget(const QString& path);
    Q_INVOKABLE void useDevice(const QString& id);
    Q_INVOKABLE void dismissError();

    void retranslate();

signals:
    void stateChanged();
    void modelChanged();
    void progressChanged();
    void errorTextChanged();
    void reloadNeededChanged();
    void modelSettingsChanged(); // of the loaded model

private:
    enum class Step { Idle, Checking, Loading };

    void connectEngine();
    void connectImporter();
    void followSettings(const QString& id);
    void followAdapters();
    bool attach(const QString& adapter);
    void openPath(QString path);
    void listDevices();
    void checked(int attempt, const Result<ModelRecord>& result);
    LoadRequestInfo loadRequest() const;
    void loaded(const LoadedModel& model);
    void fail(const Error& error);
    void setStep(Step step);
    void clearError();

    ChatEngine& m_engine;
    Settings& m_settings;
    ModelServices m_services;
    LibraryModel m_models;
    RecentModel m_recent;
    ModelImporter m_importer;
    FoundModels m_found;
    DropPreview m_preview;
    ModelSettingsModel m_settingsModel;
    AdapterModel m_adapters;
    DeviceModel m_devices;
    std::optional<LoadedModel> m_model;
    ModelRecord m_opening; // what is being opened, or was last
    ModelSettings m_loadedWith;
    QList<ModelAdapter> m_adaptersAsked; // of the engine, last
    Step m_step = Step::Idle;
    int m_attempt = 0; // answers of earlier checks are ignored
    qint64 m_bytesDone = 0;
    int m_tuningSeconds = 0; // left of the search for the quickest kernels
    qint64 m_bytesAll = 0;
    std::optional<Error> m_error;
    bool m_openWhenAdded = false;
    QThreadPool m_pool;
};

} // namespace ponder
