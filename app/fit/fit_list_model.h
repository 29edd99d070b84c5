// The models page: every known model, how each quantization fits the device, and how fast it will be.
//
// Looks at the devices, the library and the measured speeds; the forecasts are made on a worker thread, anew
// whenever one of them changes. Owner: App. Thread: GUI. Previous station: fit_list.h,
// models/library_model.h. Next station: ui/models.
#pragma once

#include "app/fit/fit_list.h"
#include "app/fit/gpu_list_model.h"
#include "app/models/library_model.h"
#include "app/models/model_tasks.h"

#include <QAbstractListModel>
#include <QPointer>
#include <QThreadPool>
#include <QtQml/qqmlregistration.h>

namespace ponder {

// What the list asks of the machine; called on a worker thread.
struct FitServices {
    std::function<std::vector<DeviceInfo>()> devices;
    std::function<MemoryBandwidth()> processorBandwidth;
    std::function<double(const QList<ModelRecord>& library)> diskBandwidth = {}; // not set: nobody knows
};

class FitListModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.fit is the one there is")
    Q_PROPERTY(QString deviceName READ deviceName NOTIFY deviceChanged)
    Q_PROPERTY(QString deviceDetail READ deviceDetail NOTIFY deviceChanged) // "12 GB, 384 GB/s"
    // The device has memory of its own: that of a graphics card, not the computer's.
    Q_PROPERTY(bool graphicsMemory READ graphicsMemory NOTIFY deviceChanged)
    // The name of a graphics processor of the catalogue in place of this machine's own; empty: its own.
    Q_PROPERTY(QString whatIf READ whatIf WRITE setWhatIf NOTIFY whatIfChanged)
    Q_PROPERTY(QStringList gpuNames READ gpuNames CONSTANT)
    Q_PROPERTY(int contextTokens READ contextTokens WRITE setContextTokens NOTIFY contextTokensChanged)
    // "all", "here", "fits", or a language: "ko", "zh", "en".
    Q_PROPERTY(QString filter READ filter WRITE setFilter NOTIFY filterChanged)
    Q_PROPERTY(bool busy READ busy NOTIFY busyChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(ponder::GpuListModel* gpus READ gpus CONSTANT)
public:
    enum Role {
        ModelIdRole = Qt::UserRole + 1,
        NameRole,
        HereRole,
        WhereRole,
        QuantizationRole,
        ChoicesRole,
        WeightsShareRole, // of the device's memory, as it would be loaded: 0 to 1
        ContextShareRole,
        WorkShareRole,
        MemoryTextRole,
        VerdictRole,
        VerdictTextRole,
        VerdictDetailRole,
        SpeedTextRole,
        SourceTextRole,
        PromptTextRole, // "reads 1,000 tokens in 2.4 s"
        ActionRole,     // "chat", "download", "convert", "machines"
        PathRole,
        LibraryIdRole,
        FileBytesRole,    // as a double: QML has no 64-bit integers
        WarningRole,      // to be shown before it is downloaded; as a rule empty
        TaskPhaseRole,    // of what brings it here: "waiting", "running", "paused", "failed"; empty: nothing
                          // does
        TaskProgressRole, // 0 to 1; -1: not known
        TaskTextRole,
        LicenceRole,
        LanguagesRole,
        ScoresTextRole,
        ReceiptTextRole // "Predicted 1.31 GB, used 1.29 GB"
    };

    FitListModel(LibraryModel& library, Store& store, FitServices services, QObject* parent = nullptr);
    ~FitListModel() override;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    QString deviceName() const;
    QString deviceDetail() const;
    bool graphicsMemory() const { return m_device.isGpu() && !m_device.info.unified; }
    QString whatIf() const { return m_whatIf; }
    QStringList gpuNames() const;
    int contextTokens() const { return m_contextTokens; }
    QString filter() const { return m_filter; }
    bool busy() const { return m_busy; }
    int count() const { return int(m_shown.size()); }
    GpuListModel* gpus() { return &m_gpus; }
    // What a row of the library shows: the keys of the roles above. Empty until there is a forecast.
    QVariantMap hintsFor(const ModelRecord& model) const;
    // This machine's own device, whatever stands in its place here, as last looked at; no memory: not yet.
    const FitDevice& machine() const { return m_machine; }
    // The same, looked at anew; to be called on a worker thread.
    std::function<FitDevice()> askMachine() const;

    void setWhatIf(const QString& gpu);
    void setContextTokens(int tokens);
    void setFilter(const QString& filter);
    Q_INVOKABLE void chooseQuantization(int row, const QString& quantization);
    Q_INVOKABLE void pauseTask(int row);
    Q_INVOKABLE void resumeTask(int row); // also of a failed one
    // Makes the forecasts anew: the devices may have more memory free, a reply may have been measured.
    Q_INVOKABLE void refresh();
    void setDevice(const QString& id); // "auto" or an id of the devices
    void setTasks(ModelTasks& tasks);  // for the roles of tasks
    // What is shown no longer holds: made anew at once where somebody has asked for it before.
    void expire();
    void retranslate();

signals:
    void deviceChanged();
    void whatIfChanged();
    void contextTokensChanged();
    void filterChanged();
    void busyChanged();
    void countChanged();
    void forecastsChanged();

private:
    struct Answer;

    QVariantMap hintsOf(const FitChoice& choice) const;
    const FitChoice* find(const QString& id, const QString& quantization) const; // null: not there
    const FitRow& rowAt(int row) const { return m_rows[m_shown[std::size_t(row)]]; }
    const FitChoice& choiceAt(int row) const;
    QVariant forecastData(const FitChoice& choice, int role) const;
    QString receiptText(const QString& path) const;
    void take(int generation, Answer answer);
    QVariant taskData(const FitRow& row, const FitChoice& choice, int role) const;
    std::vector<std::size_t> passing(const std::vector<FitRow>& rows) const;
    void show(std::vector<FitRow> rows);

    LibraryModel& m_library;
    Store& m_store;
    FitServices m_services;
    QPointer<ModelTasks> m_tasks;
    std::shared_ptr<FitModels> m_models = std::make_shared<FitModels>(); // the worker's
    GpuListModel m_gpus{
        [this](const QString& id, const QString& quantization) { return find(id, quantization); }};
    FitDevice m_device, m_machine;
    std::vector<FitRow> m_rows;
    std::vector<std::size_t> m_shown;
    QHash<QString, QString> m_chosen;         // quantization by row id
    QHash<QString, MemoryReceipt> m_receipts; // by path
    QString m_wanted = QStringLiteral("auto"), m_whatIf, m_filter = QStringLiteral("all");
    int m_contextTokens = 32768;
    int m_generation = 0;
    bool m_asked = false; // a page has called refresh()
    bool m_busy = false;
    QThreadPool m_pool; // one thread: FitModels is its own
};

} // namespace ponder
