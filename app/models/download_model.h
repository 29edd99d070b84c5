// The downloads as rows for the window, with what one can do about each.
//
// Owner: App. Thread: GUI. Errors: errorText of a row, translated, with what to do. Previous station:
// DownloadQueue. Next station: ui/models.
#pragma once

#include "app/models/download_queue.h"

#include <QAbstractListModel>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class DownloadModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.downloads is the one there is")
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(int running READ running NOTIFY progressChanged)
    Q_PROPERTY(double progress READ progress NOTIFY progressChanged)
public:
    enum Role {
        NameRole = Qt::UserRole + 1, // OWNER/NAME
        LabelRole,                   // "Q4_K_M"
        StepRole,                    // "queued", "running", "paused", "failed", "done"
        ProgressRole,                // 0 to 1
        AmountTextRole,
        SpeedTextRole,
        StatusTextRole,
        ErrorTextRole, // of a failed one; else empty
        BytesRole,
        PresentRole,
        PathRole // to open, when done
    };

    // `folder` gives the models' folder.
    explicit DownloadModel(DownloadQueue& queue, std::function<QString()> folder = {},
                           QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    int count() const { return int(m_queue.entries().size()); }
    int running() const;
    double progress() const; // of all that is not done, by bytes

    Q_INVOKABLE void pause(int row) { m_queue.pause(idOf(row)); }
    Q_INVOKABLE void resume(int row) { m_queue.resume(idOf(row)); }
    Q_INVOKABLE void retry(int row) { m_queue.resume(idOf(row)); }
    Q_INVOKABLE void cancel(int row) { m_queue.cancel(idOf(row)); }
    Q_INVOKABLE void forget(int row) { m_queue.forget(idOf(row)); }
    Q_INVOKABLE void up(int row) { m_queue.move(idOf(row), -1); }
    Q_INVOKABLE void down(int row) { m_queue.move(idOf(row), 1); }
    // Asks the hub for the files of a catalogue's model and fetches them: the ready-made ones, else the
    // original weights, of which the quantization is made when they are whole. False where neither is known.
    Q_INVOKABLE bool addFromCatalogue(const QString& modelId, const QString& quantization,
                                      double outputBytes = 0);
    Q_INVOKABLE void pauseAll() { m_queue.pauseAll(); }
    Q_INVOKABLE void resumeAll() { m_queue.resumeAll(); }
    void retranslate();

signals:
    void countChanged();
    void progressChanged();
    void finished(const QString& name, const QString& path);

private:
    int idOf(int row) const;
    QString errorTextOf(const DownloadEntry& entry) const;
    void rowChanged(int row);
    void tick();

    DownloadQueue& m_queue;
    std::function<QString()> m_folder;
    QTimer m_second; // counts down what waits
};

} // namespace ponder
