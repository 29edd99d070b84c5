#include "app/models/model_library.h"

#include "app/chat/error_text.h"
#include "app/models/byte_text.h"
#include "app/models/models_folder.h"

#include <QFileInfo>

#include <memory>
#include <utility>

namespace ponder {

ModelLibrary::ModelLibrary(ChatEngine& engine, Store& store, Settings& settings, ModelServices services,
                           QObject* parent)
    : QObject(parent), m_engine(engine), m_settings(settings), m_services(std::move(services)),
      m_models(store), m_recent(m_models),
      m_importer(m_models, m_services.check, [&settings] { return modelsFolder(settings.modelsFolder()); }),
      m_found(m_models, m_importer,
              [&settings] { return FoundPlaces::ofThisComputer(modelsFolder(settings.modelsFolder())); }),
      m_settingsModel(m_models, settings), m_adapters(m_models, m_services.checkAdapter) {
    m_pool.setMaxThreadCount(1);
    m_devices.setCurrent(settings.device());
    connect(&m_models, &LibraryModel::settingsChanged, this, &ModelLibrary::followSettings);
    connect(this, &ModelLibrary::modelChanged, this,
            [this] { m_preview.setBase(m_model ? m_model->name : QString()); });
    connectEngine();
    connectImporter();
    followAdapters();
    listDevices();
}

// The adapters of the loaded model are changed without loading it anew.
void ModelLibrary::followSettings(const QString& id) {
    const ModelRecord* changed = m_models.find(id);
    if (!m_model || !changed || changed->path != path()) return;
    emit modelSettingsChanged();
    if (changed->settings.adapters != m_adaptersAsked) {
        m_adaptersAsked = changed->settings.adapters;
        const QList<ModelAdapter> wanted = m_adaptersAsked; // it may change while they are set
        m_engine.setAdapters(wanted);
    }
    emit reloadNeededChanged();
}

void ModelLibrary::followAdapters() {
    connect(&m_engine, &ChatEngine::adaptersChanged, this, [this](const QList<ModelAdapter>& adapters) {
        m_loadedWith.adapters = adapters;
        emit reloadNeededChanged();
    });
    connect(&m_engine, &ChatEngine::adaptersFailed, this, [this](const Error& error) {
        m_error = error;
        m_adaptersAsked = m_loadedWith.adapters; // those that it still has
        emit errorTextChanged();
        emit stateChanged();
        const ModelRecord* loaded = m_model ? m_models.findPath(path()) : nullptr;
        if (!loaded) return;
        ModelSettings before = loaded->settings;
        before.adapters = m_loadedWith.adapters;
        m_models.setSettings(QString(loaded->id), before);
        if (m_adapters.modelPath() == path()) m_adapters.setProblem(ponder::errorText(error));
    });
    connect(&m_settingsModel, &ModelSettingsModel::opened, &m_adapters,
            [this] { m_adapters.open(m_settingsModel.modelId()); });
    m_importer.setAttacher([this](const QString& adapter) { return attach(adapter); });
}

// Beside those that it has, if it fits.
bool ModelLibrary::attach(const QString& adapter) {
    const ModelRecord* loaded = m_model ? m_models.findPath(path()) : nullptr;
    if (!loaded) return false;
    m_adapters.open(QString(loaded->id));
    m_adapters.add(adapter);
    return true;
}

ModelLibrary::~ModelLibrary() {
    m_pool.clear();
    m_pool.waitForDone();
}

void ModelLibrary::connectEngine() {
    connect(&m_engine, &ChatEngine::loadProgress, this, [this](qint64 done, qint64 all) {
        m_tuningSeconds = 0;
        m_bytesDone = done;
        m_bytesAll = all;
        emit progressChanged();
    });
    connect(&m_engine, &ChatEngine::tuningProgress, this, [this](int secondsLeft) {
        m_tuningSeconds = secondsLeft;
        emit progressChanged();
    });
    connect(&m_engine, &ChatEngine::modelLoaded, this, &ModelLibrary::loaded);
    connect(&m_engine, &ChatEngine::loadFailed, this, &ModelLibrary::fail);
    connect(&m_engine, &ChatEngine::modelUnloaded, this, [this] {
        if (!m_model) return;
        m_model.reset();
        m_models.setCurrent({});
        emit modelChanged();
        emit stateChanged();
    });
}

void ModelLibrary::connectImporter() {
    connect(&m_importer, &ModelImporter::added, this, [this](const QStringList& ids) {
        if (std::exchange(m_openWhenAdded, false) && ids.size() == 1)
            openPath(m_models.find(ids.first())->path);
    });
    connect(&m_importer, &ModelImporter::located, this, [this](const QString& id, const QString& oldPath) {
        const QString path = m_models.find(id)->path;
        m_settings.setThinkMarks(path, m_settings.thinkMarks(oldPath));
    });
    connect(&m_importer, &ModelImporter::problemTextChanged, this, [this] {
        emit errorTextChanged();
        emit stateChanged();
    });
}

void ModelLibrary::listDevices() {
    if (!m_services.devices) return;
    m_pool.start([this] {
        auto devices = std::make_shared<std::vector<DeviceInfo>>(m_services.devices());
        QMetaObject::invokeMethod(
            this, [this, devices] { m_devices.setDevices(*devices); }, Qt::QueuedConnection);
    });
}

QString ModelLibrary::state() const {
    if (m_step != Step::Idle) return QStringLiteral("loading");
    if (m_model) return QStringLiteral("ready");
    return m_error || !m_importer.problemText().isEmpty() ? QStringLiteral("failed") : QStringLiteral("none");
}

QString ModelLibrary::progressText() const {
    if (m_step == Step::Checking) return tr("Checking the file");
    if (m_step == Step::Loading && m_tuningSeconds > 0)
        return tr("Tuning for this GPU, %1 s").arg(m_tuningSeconds);
    if (m_step != Step::Loading || m_bytesAll <= 0) return {};
    return tr("%1 of %2").arg(byteText(m_bytesDone), byteText(m_bytesAll));
}

QString ModelLibrary::errorText() const {
    return m_error ? ponder::errorText(*m_error) : m_importer.problemText();
}

QString ModelLibrary::note() const {
    if (!m_model) return {};
    QStringList notes;
    if (!m_model->templateNote.isEmpty()) notes << m_model->templateNote;
    if (!m_model->fileNotes.isEmpty())
        notes << tr("About the model file: %1.").arg(m_model->fileNotes.join(QStringLiteral("; ")));
    if (m_model->contextExceedsTraining)
        notes << tr("The context is longer than the model was trained for; answers may get worse.");
    return notes.join(u' ');
}

void ModelLibrary::open(const QString& pathOrUrl) {
    const bool url = pathOrUrl.startsWith(QLatin1String("file:"));
    openPath(url ? QUrl(pathOrUrl).toLocalFile() : pathOrUrl);
}

void ModelLibrary::openPath(QString path) {
    if (m_step == Step::Loading) m_engine.cancelLoad();
    clearError();
    m_opening = {};
    m_opening.path = std::move(path);
    m_opening.name = QFileInfo(m_opening.path).completeBaseName();
    m_bytesDone = m_bytesAll = 0;
    setStep(Step::Checking);
    emit modelChanged();
    const int attempt = ++m_attempt;
    m_pool.start([this, attempt, path = m_opening.path] {
        auto result = std::make_shared<Result<ModelRecord>>(m_services.check(path));
        QMetaObject::invokeMethod(
            this, [this, attempt, result] { checked(attempt, *result); }, Qt::QueuedConnection);
    });
}

void ModelLibrary::checked(int attempt, const Result<ModelRecord>& result) {
    if (attempt != m_attempt || m_step != Step::Checking) return;
    if (!result) return fail(result.error());
    m_opening = *result;
    m_model.reset(); // the engine gives it up now
    m_models.setCurrent({});
    setStep(Step::Loading);
    emit modelChanged();
    const LoadRequestInfo request = loadRequest();
    m_engine.loadModel(request);
}

// With what was chosen for this model, else for all models.
LoadRequestInfo ModelLibrary::loadRequest() const {
    const ModelSettings chosen = modelSettings();
    LoadRequestInfo request;
    request.path = m_opening.path;
    request.device = m_settings.device();
    request.contextTokens = chosen.contextTokens.value_or(m_settings.contextTokens());
    request.gpuLayers = chosen.gpuLayers;
    request.expertLayers = chosen.expertLayers;
    request.kvType = chosen.kvType;
    request.chatTemplate = chosen.chatTemplate;
    request.adapters = chosen.adapters;
    return request;
}

ModelSettings ModelLibrary::modelSettings() const {
    const ModelRecord* known = m_models.findPath(path());
    return known ? known->settings : ModelSettings();
}

void ModelLibrary::setModelSettings(const ModelSettings& settings) {
    if (const ModelRecord* known = m_models.findPath(path()))
        m_models.setSettings(QString(known->id), settings);
}

// Adapters are changed without loading anew.
bool ModelLibrary::reloadNeeded() const {
    ModelSettings chosen = modelSettings();
    chosen.adapters = m_loadedWith.adapters;
    return m_model && !m_loadedWith.loadsAs(chosen);
}

void ModelLibrary::reload() {
    if (m_model) openPath(m_model->path);
}

void ModelLibrary::loaded(const LoadedModel& model) {
    m_model = model;
    if (m_opening.path.isEmpty()) m_opening.path = model.path;
    m_opening.name = model.name;
    m_opening.quantization = model.quantization;
    m_models.markUsed(m_models.put(m_opening));
    m_models.setCurrent(m_opening.path);
    m_loadedWith = modelSettings();
    m_adaptersAsked = m_loadedWith.adapters;
    setStep(Step::Idle);
    emit modelChanged();
    emit reloadNeededChanged();
}

void ModelLibrary::fail(const Error& error) {
    if (error.code != ErrorCode::Cancelled) m_error = error;
    m_models.checkMissing();
    setStep(Step::Idle);
    emit modelChanged();
    emit errorTextChanged();
}

void ModelLibrary::setStep(Step step) {
    m_tuningSeconds = 0;
    m_step = step;
    emit stateChanged();
    emit progressChanged();
}

void ModelLibrary::clearError() {
    m_error.reset();
    m_importer.dismissProblem();
    emit errorTextChanged();
}

void ModelLibrary::dismissError() {
    clearError();
    emit stateChanged();
}

void ModelLibrary::openDropped(const QList<QUrl>& files) {
    clearError();
    m_openWhenAdded = m_importer.add(files);
}

void ModelLibrary::cancel() {
    if (m_step == Step::Loading) return m_engine.cancelLoad();
    if (m_step != Step::Checking) return;
    ++m_attempt;
    setStep(Step::Idle);
    emit modelChanged();
}

void ModelLibrary::unload() {
    cancel();
    m_engine.unloadModel();
}

void ModelLibrary::retry() {
    if (!m_opening.path.isEmpty()) openPath(m_opening.path);
}

void ModelLibrary::forget(const QString& path) {
    if (const ModelRecord* model = m_models.findPath(path)) m_models.setRecent(QString(model->id), false);
}

void ModelLibrary::useDevice(const QString& id) {
    if (id == m_settings.device()) return;
    m_settings.setDevice(id);
    m_devices.setCurrent(id);
    if (m_model) openPath(m_model->path);
}

void ModelLibrary::retranslate() {
    m_devices.retranslate();
    m_models.retranslate();
    m_settingsModel.retranslate();
    emit progressChanged();
    emit errorTextChanged();
    emit modelChanged();
}

} // namespace ponder
