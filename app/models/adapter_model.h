// The LoRA adapters of one model as rows: which are there, how strongly each takes effect, in which order.
//
// open() shows those of a model. add() checks on a worker thread whether an adapter fits the model before it
// is taken; changes are written to the library after a short rest, so that a slider that is dragged writes
// once. The loaded model follows from its next reply on (ModelLibrary). Owner: ModelLibrary. Thread: GUI.
// Errors: problemText, translated. Previous station: recognition.h. Next station: library_model.h,
// ui/library/AdapterList.qml.
#pragma once

#include "app/models/library_model.h"
#include "engine/base/result.h"

#include <QThreadPool>
#include <QTimer>

namespace ponder {

class AdapterModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.library.adapters is the one there is")
    Q_PROPERTY(QString modelId READ modelId NOTIFY changed)
    Q_PROPERTY(QString modelPath READ modelPath NOTIFY changed)
    Q_PROPERTY(int count READ count NOTIFY changed)
    Q_PROPERTY(int effective READ effective NOTIFY changed) // switched on, with a strength other than 0
    Q_PROPERTY(bool busy READ busy NOTIFY changed)          // one is being looked at
    Q_PROPERTY(QString problemText READ problemText NOTIFY changed)
public:
    enum Role {
        NameRole = Qt::UserRole + 1,
        PathRole,
        StrengthRole,
        AppliedRole, // switched on
        MissingRole  // its file is gone
    };
    // Called on the worker.
    using Check = std::function<Result<void>(const QString& model, const QString& adapter)>;

    // No check: every adapter is taken at once.
    AdapterModel(LibraryModel& library, Check check, QObject* parent = nullptr);
    ~AdapterModel() override;

    QString modelId() const { return m_id; }
    QString modelPath() const;
    int count() const { return int(m_entries.size()); }
    int effective() const;
    bool busy() const { return m_asked > 0; }
    QString problemText() const { return m_problem; }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    Q_INVOKABLE void open(const QString& modelId);
    Q_INVOKABLE void add(const QString& pathOrUrl); // one that is there already is switched on
    Q_INVOKABLE void setStrength(int row, double strength);
    Q_INVOKABLE void setApplied(int row, bool applied);
    Q_INVOKABLE void move(int row, int to);
    Q_INVOKABLE void remove(int row);
    Q_INVOKABLE void flush(); // writes what waits now
    Q_INVOKABLE void dismissProblem() { setProblem({}); }
    void setProblem(const QString& text);

signals:
    void opened(); // another model, or the same one again
    void changed();

private:
    bool isRow(int row) const { return row >= 0 && row < count(); }
    void take(const QString& path);
    void follow(); // the library has other ones
    void tell(int row, int role);

    LibraryModel& m_library;
    Check m_check;
    QString m_id;
    QList<ModelAdapter> m_entries;
    QString m_problem;
    int m_asked = 0; // adapters that are being looked at
    QTimer m_writer;
    QThreadPool m_pool;
};

// What stands for an adapter on a screen: a file's name without its ending, or that of a folder.
QString adapterName(const QString& path);

} // namespace ponder
