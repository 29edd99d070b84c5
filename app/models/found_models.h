// Models that other programs and this one's own folder already have on this computer, offered without
// copying.
//
// refresh() looks on a worker thread; the rows come when it is done. What the library has already is marked,
// not hidden. Owner: ModelLibrary. Thread: GUI. Errors: a row that cannot be added says why. Previous
// station: ollama_store.h, recognition.h. Next station: ModelImporter, ui/models.
#pragma once

#include "app/models/model_importer.h"
#include "app/models/ollama_store.h"

namespace ponder {

// Where to look, and what a thing found there is called.
struct FoundPlaces {
    QStringList ollama;
    QStringList lmStudio;
    QString own; // the models folder: left over from a crash, or put there by hand

    static FoundPlaces ofThisComputer(const QString& modelsFolder);
};

QList<FoundModel> findModels(const FoundPlaces& places, const std::stop_token& stop = {});

class FoundModels : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.library.found is the one there is")
    Q_PROPERTY(bool busy READ busy NOTIFY busyChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(int offered READ offered NOTIFY countChanged) // usable and not in the library
public:
    enum Role {
        TitleRole = Qt::UserRole + 1,
        DetailRole,
        PlaceRole,  // "Ollama", "LM Studio" or the folder
        SourceRole, // "ollama", "lmstudio", "file"
        AddableRole,
        AddedRole, // the library has it
        ReasonRole,
        RemedyRole,
        BytesRole
    };
    using Places = std::function<FoundPlaces()>;

    FoundModels(LibraryModel& library, ModelImporter& importer, Places places, QObject* parent = nullptr);
    ~FoundModels() override;

    bool busy() const { return m_busy; }
    int count() const { return int(m_found.size()); }
    int offered() const;
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    Q_INVOKABLE void refresh();
    Q_INVOKABLE bool add(int row); // false: not now, or not this one

signals:
    void busyChanged();
    void countChanged();

private:
    bool isAdded(const FoundModel& model) const;

    LibraryModel& m_library;
    ModelImporter& m_importer;
    Places m_places;
    QList<FoundModel> m_found;
    bool m_busy = false;
    std::stop_source m_stop;
    QThreadPool m_pool;
};

} // namespace ponder
