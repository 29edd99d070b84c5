// The conversions of Hugging Face folders and the merges of adapters as rows for the window, and who of them
// runs: one at a time.
//
// Takes a folder, or a model with its adapters, and a quantization; gives a model of Ponder's own in the
// library. Each can be paused, taken up again and cancelled; the list outlives the program and goes on by
// itself: a conversion where its file was left, a merge from its beginning. The work is done on a worker
// thread (conversion_work.h). Owner: App. Thread: GUI. Errors: errorText of a row,
// translated. Previous station: fit/conversion_choices.h. Next station: LibraryModel.
#pragma once

#include "app/models/conversion_list.h"
#include "app/models/library_model.h"

#include <QAbstractListModel>
#include <QThreadPool>
#include <QtQml/qqmlregistration.h>

#include <functional>
#include <stop_token>

namespace ponder {

class ConversionJobs : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.conversions is the one there is")
    Q_PROPERTY(int count READ count NOTIFY countChanged)
public:
    enum Role {
        NameRole = Qt::UserRole + 1,
        DetailTextRole, // "Q4_K_M · 1.2 GB of 4.7 GB"
        ProgressRole,   // 0 to 1; -1: not known
        StateRole,      // "waiting", "running", "paused", "failed", "done"
        ErrorTextRole,  // of a failed one; else empty
        PathRole        // of the file to be
    };
    using Check = std::function<Result<ModelRecord>(const QString& path)>; // called on the worker

    // `listPath` empty: the list is kept in memory only.
    ConversionJobs(const QString& listPath, LibraryModel& library, Check check,
                   std::function<QString()> modelsFolder, QObject* parent = nullptr);
    ~ConversionJobs() override;

    int count() const { return int(m_entries.size()); }
    const QList<ConversionEntry>& entries() const { return m_entries; }
    // Whether this conversion is on the list and its file, if it is done, in the library.
    bool has(const QString& folder, const QString& quantization) const;
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    // A folder that cannot be converted becomes a failed row.
    Q_INVOKABLE void start(const QString& folder, const QString& quantization);
    // A model of the library with the adapters that are switched on for it, as a new model. No quantization:
    // in its own formats.
    Q_INVOKABLE void merge(const QString& modelId, const QString& quantization);
    Q_INVOKABLE void pause(int row);
    Q_INVOKABLE void resume(int row); // also of a failed one
    Q_INVOKABLE void cancel(int row); // takes it off the list, with what was written of an unfinished file
    void retranslate();

signals:
    void countChanged();
    void finished(const QString& id, const QString& path); // it is in the library

private:
    struct Ending {
        std::optional<Error> error;
        std::optional<ModelRecord> record;
    };

    int rowOf(int id) const;
    void append(ConversionEntry entry);
    ModelRecord withHeritage(ModelRecord record, const ConversionEntry& entry) const;
    QString freeTarget(const QString& name, const QString& quantization) const;
    QString detailText(const ConversionEntry& entry) const;
    void startNext();
    void work(const ConversionEntry& entry, const std::stop_token& stop);
    void show(int id, qint64 done, qint64 all);
    void end(int id, const Ending& ending);
    void remove(int row);
    void setStep(int row, ConversionStep step);

    LibraryModel& m_library;
    Check m_check;
    std::function<QString()> m_modelsFolder;
    ConversionList m_list;
    QList<ConversionEntry> m_entries;
    int m_lastId = 0;
    int m_running = 0;        // the entry that the worker has; 0: none
    bool m_cancelled = false; // it is to go when the worker has ended
    std::stop_source m_stop;
    QThreadPool m_pool;
};

} // namespace ponder
