// A repository of the hub as a list of what one can download from it.
//
// Takes a name or an address that was typed; gives rows (quantizations, folders) with sizes, and hands a
// chosen one to the queue. Owner: App. Thread: GUI. Errors: errorText, translated. Next station:
// DownloadQueue; ui/models.
#pragma once

#include "app/models/download_queue.h"
#include "app/models/hub_client.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class HubBrowser : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.hub is the one there is")
    Q_PROPERTY(QString state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)
    Q_PROPERTY(QString repository READ repository NOTIFY stateChanged)
    Q_PROPERTY(QString licence READ licence NOTIFY stateChanged)
    Q_PROPERTY(bool gated READ gated NOTIFY stateChanged)
    Q_PROPERTY(QString page READ page NOTIFY stateChanged)
    Q_PROPERTY(int count READ count NOTIFY stateChanged)
public:
    enum Role {
        LabelRole = Qt::UserRole + 1, // "Q4_K_M"
        NameRole,                     // of the file, or what all parts share
        KindRole,                     // "gguf", "safetensors", "adapter", "other"
        SizeTextRole,
        BytesRole,
        FilesRole, // how many
        MissingPartsRole,
        WantedRole // named in what was typed
    };

    using ModelsFolder = std::function<QString()>;
    HubBrowser(DownloadQueue& queue, DownloadQueue::AccessSource access, ModelsFolder folder,
               HubPatience patience = {}, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    QString state() const; // "none", "loading", "ready", "failed"
    QString errorText() const;
    QString repository() const {
        return m_repository.name.name.isEmpty() ? QString() : m_repository.name.id();
    }
    QString licence() const { return m_repository.licence; }
    bool gated() const { return m_repository.gated; }
    QString page() const { return m_page; }
    int count() const { return int(m_items.size()); }

    Q_INVOKABLE void browse(const QString& typed);
    Q_INVOKABLE void clear();
    Q_INVOKABLE bool download(int row); // false: parts are missing on the hub
    void retranslate();

signals:
    void stateChanged();

private:
    void show(const Result<HubRepository>& answer);
    void fail(const Error& error);

    DownloadQueue& m_queue;
    DownloadQueue::AccessSource m_access;
    ModelsFolder m_folder;
    HubPatience m_patience;
    std::unique_ptr<HubClient> m_client;
    bool m_loading = false;
    HubRepository m_repository;
    QList<HubItem> m_items;
    QString m_wanted;
    QString m_page;
    std::optional<Error> m_error;
};

// "gguf", "safetensors", "adapter", "other": for QML and JSON.
const char* hubItemKindName(HubItem::Kind kind);

} // namespace ponder
