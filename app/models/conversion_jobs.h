// The conversions of Hugging Face folders as rows for the window, and who of them runs: one at a time.
//
// Takes a folder and a quantization; gives a model of Ponder's own in the library. Each can be paused, taken
// up again and cancelled; the list outlives the program and goes on by itself, where the file was left. The
// work is done on a worker thread, which uses all cores. Owner: App. Thread: GUI. Errors: errorText of a row,
// translated. Previous station: ModelImporter::conversionAsked. Next station: LibraryModel.
#pragma once

#include "app/models/conversion_list.h"
#include "app/models/library_model.h"

#include <QAbstractListModel>
#include <QThreadPool>
#include <QVariantList>
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
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    // A folder that cannot be converted becomes a failed row.
    Q_INVOKABLE void start(const QString& folder, const QString& quantization);
    Q_INVOKABLE void pause(int row);
    Q_INVOKABLE void resume(int row); // also of a failed one
    Q_INVOKABLE void cancel(int row); // takes it off the list, with what was written of an unfinished file
    // What a folder could become: name, sizeText, verdict, verdictText, verdictDetail; none where it cannot.
    Q_INVOKABLE QVariantList choices(const QString& folder) const;
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
