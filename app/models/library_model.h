// The models this program knows: where each file is, what it is, what the user chose for it.
//
// Reads the store once and writes every change to it. A model is known by its id, which stays when its file
// moves. Whether it fits and how fast it is comes from `hints`, asked for row by row. Whether its file is
// still there is asked on another thread; until the answer comes it counts as there. Owner: ModelLibrary.
// Thread: GUI. Errors: none; a missing file is a role. Next station: library_view.h, recent_model.h,
// ui/models.
#pragma once

#include "app/models/file_presence.h"
#include "app/store/store.h"

#include <QAbstractListModel>
#include <QVariantMap>
#include <QtQml/qqmlregistration.h>

#include <functional>

namespace ponder {

class LibraryModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.library.models is the one there is")
    Q_PROPERTY(int count READ count NOTIFY countChanged)
public:
    enum Role {
        IdRole = Qt::UserRole + 1,
        PathRole,
        NameRole, // the user's title, else the file's own name
        FamilyRole,
        ArchitectureRole,
        QuantizationRole,
        BytesRole, // as a double: QML has no 64-bit integers
        SizeTextRole,
        PlaceRole,  // translated: "Ollama", or the folder
        SourceRole, // "file", "ollama", ...
        OwnedRole,  // the file is this program's own
        LicenceRole,
        LanguagesRole,
        AddedRole,    // QDateTime
        LastUsedRole, // QDateTime; invalid: never
        MissingRole,
        CurrentRole, // it is the one that is loaded
        HintsRole    // QVariantMap of setHints()
    };
    using Hints = std::function<QVariantMap(const ModelRecord&)>;

    explicit LibraryModel(Store& store, QObject* parent = nullptr, FilePresence::Exists exists = {});

    int count() const { return int(m_models.size()); }
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    const QList<ModelRecord>& models() const { return m_models; }
    const ModelRecord* find(const QString& id) const;
    const ModelRecord* findPath(const QString& path) const;
    bool isMissing(qsizetype row) const { return m_missing[row]; }
    bool isMissing(const QString& id) const { return rowOf(id) >= 0 && m_missing[rowOf(id)]; }

    // Takes it in, or brings the one with its id or path up to date, which keeps id, title, settings and
    // dates. Gives the id.
    QString put(ModelRecord model);
    bool remove(const QString& id);
    Q_INVOKABLE void rename(const QString& id, const QString& title); // empty: the file's own name again
    void move(const QString& id, const QString& path);                // another entry with this path goes
    void setSettings(const QString& id, const ModelSettings& settings);
    void markUsed(const QString& id); // now
    void setRecent(const QString& id, bool recent);
    void setCurrent(const QString& path);
    void setHints(Hints hints); // what HintsRole gives; may be set again when its answers changed
    // Reads the store and looks for the files again: ponder-cli or the user may have changed something.
    // What is missing is known a moment later.
    Q_INVOKABLE void refresh();
    void checkMissing();
    void flush() { m_store.flush(); } // returns when what was changed is in the store's file
    void retranslate();

signals:
    void countChanged();
    void recentChanged();
    void settingsChanged(const QString& id);
    void looked(const QString& path, bool there); // for a model's file

private:
    qsizetype rowOf(const QString& id) const;
    void save(qsizetype row, const QList<int>& roles);
    void setMissing(const QString& path, bool missing);

    Store& m_store;
    QList<ModelRecord> m_models;
    QList<bool> m_missing; // of each
    QString m_current;
    Hints m_hints;
    FilePresence m_presence;
};

} // namespace ponder
