// Brings a model of the catalogue here with one press: looks at the disk, asks where there is something to
// ask, and puts it into the queue.
//
// A ready-made file that fits is downloaded without a question. What would not fit is asked about once, and
// so is what has to be converted, as it takes more of the disk than the file that comes out. The disk is
// looked at on a worker thread before a byte is moved. Owner: App. Thread: GUI. Errors: too little space is a
// state with its words. Previous station: fit/fit_list_model.h. Next station: DownloadModel.
#pragma once

#include "app/models/catalogue_model.h"
#include "app/models/download_model.h"

#include <QThreadPool>

namespace ponder {

class ModelFetch : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.fetch is the one there is")
    // "none"; "looking" at the disk; "asking" for a yes; "short" of space.
    Q_PROPERTY(QString state READ state NOTIFY changed)
    Q_PROPERTY(QString name READ name NOTIFY changed)         // "DeepSeek-R1-Distill-Qwen-7B · Q4_K_M"
    Q_PROPERTY(bool converts READ converts NOTIFY changed)    // it is downloaded and converted
    Q_PROPERTY(QString warning READ warning NOTIFY changed)   // why it would be of no use; as a rule empty
    Q_PROPERTY(QString diskText READ diskText NOTIFY changed) // what it takes and what is free
public:
    using FreeBytes = std::function<qint64(const QString& folder)>; // called on the worker; -1: not known

    ModelFetch(DownloadModel& downloads, std::function<QString()> modelsFolder, FreeBytes freeBytes = {},
               QObject* parent = nullptr);
    ~ModelFetch() override;

    QString state() const;
    QString name() const;
    bool converts() const { return m_asked.model && !m_asked.model->download(m_asked.quantization); }
    QString warning() const { return m_asked.warning; }
    QString diskText() const;

    // `fileBytes`: of the file in the end. A warning is shown, and has to be answered, before it begins.
    Q_INVOKABLE void ask(const QString& modelId, const QString& quantization, double fileBytes,
                         const QString& warning);
    Q_INVOKABLE void confirm();
    Q_INVOKABLE void dismiss();
    Q_INVOKABLE void lookAgain(); // after room was made
    void retranslate() { emit changed(); }

signals:
    void changed();
    void began(const QString& modelId, const QString& quantization); // it is in the queue

private:
    enum class State { None, Looking, Asking, Short };
    struct Asked {
        const CatalogueModel* model = nullptr;
        QString quantization;
        qint64 fileBytes = 0;
        QString warning;
    };
    struct Disk {
        qint64 free = -1; // not known
        qint64 there = 0; // bytes of it that an earlier download left
    };

    qint64 downloadBytes() const; // about
    qint64 neededBytes() const;
    void looked(int look, const Disk& disk);
    void setState(State state);

    DownloadModel& m_downloads;
    std::function<QString()> m_modelsFolder;
    FreeBytes m_freeBytes;
    Asked m_asked;
    Disk m_disk;
    State m_state = State::None;
    int m_look = 0;
    QThreadPool m_pool;
};

} // namespace ponder
