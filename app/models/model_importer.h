// Brings models into the library, finds them again, takes them out, and takes each of these back.
//
// Adding checks everything on a worker thread before anything changes (model_adding.h). Removing only
// forgets; the file of an own copy goes too where the user says so, but not before the undo is gone: with the
// next change or with this object. Owner: ModelLibrary. Thread: GUI. Errors: problemText, translated. Next
// station: library_model.h.
#pragma once

#include "app/models/library_model.h"
#include "app/models/model_adding.h"

#include <QThreadPool>

namespace ponder {

class ModelImporter : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.library.importer is the one there is")
    Q_PROPERTY(bool busy READ busy NOTIFY busyChanged)
    Q_PROPERTY(double progress READ progress NOTIFY progressChanged) // of copying
    Q_PROPERTY(QString progressText READ progressText NOTIFY progressChanged)
    Q_PROPERTY(
        QString problemText READ problemText NOTIFY problemTextChanged) // a line for each refused thing
    Q_PROPERTY(bool canUndo READ canUndo NOTIFY undoChanged)
    Q_PROPERTY(QString undoText READ undoText NOTIFY undoChanged) // "2 models added"
public:
    using Folder = std::function<QString()>; // where copies go, asked when one is made
    // Takes an adapter for the loaded model, or says that none is loaded.
    using Taker = std::function<bool(const QString& path)>;

    ModelImporter(LibraryModel& library, ModelCheck check, Folder modelsFolder, QObject* parent = nullptr);
    ~ModelImporter() override;

    void setAttacher(Taker attacher) { m_attacher = std::move(attacher); }

    bool busy() const { return m_busy; }
    double progress() const { return m_all > 0 ? double(m_done) / double(m_all) : 0; }
    QString progressText() const;
    QString problemText() const { return m_problem; }
    bool canUndo() const { return m_undo.kind != Undo::Kind::None; }
    QString undoText() const;

    // One job at a time: false while one runs.
    Q_INVOKABLE bool add(const QList<QUrl>& urls, bool copy = false);
    bool add(const ModelRecord& found); // checked as well; keeps its source, title and settings
    // The file has moved: another model is refused.
    Q_INVOKABLE bool locate(const QString& id, const QString& pathOrUrl);
    Q_INVOKABLE void cancel();
    Q_INVOKABLE void remove(const QString& id, bool deleteFile = false);
    // What to ask before remove(id, true); empty where the file is not this program's own.
    Q_INVOKABLE QString deleteQuestion(const QString& id) const;
    Q_INVOKABLE void undo();
    Q_INVOKABLE void dismissUndo(); // what was removed is gone for good now
    Q_INVOKABLE void dismissProblem();
    // The model card and licence beside the file: text, licence, licenceText.
    Q_INVOKABLE QVariantMap card(const QString& id) const;

signals:
    void busyChanged();
    void progressChanged();
    void problemTextChanged();
    void undoChanged();
    void added(const QStringList& ids); // at the end of each add(), maybe none
    void located(const QString& id, const QString& oldPath);
    void removed(const QString& path);
    // Something was dropped that is no model yet: a folder to convert, whose number format is to be asked
    // for; an adapter, which the loaded model has now.
    void conversionAsked(const QString& folder, const QString& name);
    void adapterAsked(const QString& path);

private:
    struct Undo {
        enum class Kind { None, Added, Removed };
        Kind kind = Kind::None;
        QList<ModelRecord> models;
        QStringList files; // that go: copies of added ones with the undo, of removed ones without it
    };

    template<class Job, class Done>
    bool start(Job job, Done done);
    void finish(const AddingResult& result, const ModelRecord& like);
    void finishLocating(const QString& id, const Result<ModelRecord>& found);
    bool handOver(const RecognizedModel& row);
    void setProblem(const QString& text);
    void setUndo(Undo undo);

    LibraryModel& m_library;
    ModelCheck m_check;
    Folder m_modelsFolder;
    Taker m_attacher;
    bool m_busy = false;
    qint64 m_done = 0, m_all = 0;
    QString m_problem;
    Undo m_undo;
    std::stop_source m_stop;
    QThreadPool m_pool;
};

} // namespace ponder
