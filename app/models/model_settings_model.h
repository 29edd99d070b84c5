// The settings of one model as rows: what was chosen, what applies otherwise, what is recommended and why.
//
// open() shows a model at once; recommendations and advice follow from a worker thread. What is set is
// checked, written to the library and used from the next reply on, or after loading anew
// (ModelLibrary::reloadNeeded). Owner: ModelLibrary. Thread: GUI. Errors: a value that makes no sense is not
// taken. Previous station: library_model.h, model_advice.h. Next station: ui/models.
#pragma once

#include "app/models/library_model.h"
#include "app/models/model_advice.h"
#include "app/store/settings.h"

#include <QThreadPool>

namespace ponder {

class ModelSettingsModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.library.modelSettings is the one there is")
    Q_PROPERTY(QString modelId READ modelId NOTIFY opened)
    Q_PROPERTY(QString modelName READ name NOTIFY opened)
    Q_PROPERTY(bool busy READ busy NOTIFY adviceChanged)                    // the doctor looks at the model
    Q_PROPERTY(QString fileTemplate READ fileTemplate NOTIFY adviceChanged) // to begin an own one with
    Q_PROPERTY(bool anyChosen READ anyChosen NOTIFY valuesChanged)
public:
    enum Role {
        KeyRole = Qt::UserRole + 1, // "temperature", as in the settings' JSON
        LabelRole,
        KindRole,        // "number", "whole", "choice", "text"
        ValueRole,       // what applies
        ChosenRole,      // it was chosen for this model
        RecommendedRole, // what reset() leads to; undefined where the device decides
        AdviceRole,
        LeastRole,
        MostRole,
        ChoicesRole, // of a "choice"; "" leaves it open
        ShownRole    // it makes sense for this model, or was chosen all the same
    };

    ModelSettingsModel(LibraryModel& library, Settings& forAll, QObject* parent = nullptr);
    ~ModelSettingsModel() override;

    QString modelId() const { return m_id; }
    QString name() const;
    bool busy() const { return m_busy; }
    QString fileTemplate() const { return m_advice ? m_advice->fileTemplate : QString(); }
    bool anyChosen() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    Q_INVOKABLE void open(const QString& modelId);
    Q_INVOKABLE bool set(const QString& key, const QVariant& value); // false: not taken
    Q_INVOKABLE void reset(const QString& key);
    Q_INVOKABLE void resetAll(); // adapters and thoughts stay
    void retranslate();

signals:
    void opened();
    void adviceChanged();
    void valuesChanged();

private:
    ModelSettings settings() const;
    bool change(const ModelSettings& settings);
    void askForAdvice();
    QVariant recommended(const QString& key) const;
    QVariant valueFor(const QString& key) const;
    bool isShown(const QString& key) const;

    LibraryModel& m_library;
    Settings& m_forAll;
    QString m_id;
    std::optional<ModelAdvice> m_advice;
    bool m_busy = false;
    int m_question = 0; // answers to earlier ones are dropped
    QThreadPool m_pool;
};

} // namespace ponder
