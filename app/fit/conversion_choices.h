// The question before a conversion or a merge: each quantization with its size, quality and whether the
// result fits this machine, and which of them is suggested.
//
// ask() and askMerge() return at once; the folder or the files are read on a worker thread. Owner: App.
// Thread: GUI. Errors: errorText, translated. Previous station: conversion_fit.h. Next station:
// ui/library/ConvertSheet.qml, then models/conversion_jobs.h.
#pragma once

#include "app/fit/conversion_fit.h"
#include "app/fit/fit_list_model.h"

namespace ponder {

class ConversionChoices : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.conversionChoices is the one there is")
    Q_PROPERTY(bool busy READ busy NOTIFY changed)
    Q_PROPERTY(int count READ count NOTIFY changed)
    Q_PROPERTY(int suggested READ suggested NOTIFY changed)     // a row
    Q_PROPERTY(QString spaceText READ spaceText NOTIFY changed) // "120 GB are free in the models folder."
    Q_PROPERTY(QString note READ note NOTIFY changed)           // what is to be known; may be empty
    Q_PROPERTY(QString errorText READ errorText NOTIFY changed)
public:
    enum Role {
        NameRole = Qt::UserRole + 1,
        TargetNameRole,   // what the file will be: "Q4_K_M"
        QuantizationRole, // for ConversionJobs; empty: formats stay as they are
        SizeTextRole,
        QualityTextRole, // "94 % quality"; words or nothing where it is not known
        VerdictRole,     // as FitListModel has it
        VerdictTextRole,
        VerdictDetailRole,
        SpeedTextRole,
        RoomTextRole // what the disk lacks for it; empty where it has room
    };

    ConversionChoices(FitListModel& fit, LibraryModel& library, std::function<QString()> modelsFolder,
                      QObject* parent = nullptr);
    ~ConversionChoices() override;

    bool busy() const { return m_busy; }
    int count() const { return int(m_choices.size()); }
    int suggested() const { return m_suggested; }
    QString spaceText() const;
    QString note() const;
    QString errorText() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    Q_INVOKABLE void ask(const QString& folder);
    // The model of the library with the adapters that are switched on for it.
    Q_INVOKABLE void askMerge(const QString& modelId);
    void retranslate();

signals:
    void changed();

private:
    struct Answer {
        std::vector<FitChoice> choices;
        std::size_t suggested = 0;
        bool keepsFormats = false; // the first choice is the model's own formats
        bool losesPrecision = false;
        bool keepsFourBits = false; // of a folder that AWQ quantized
        std::optional<Error> error;
        qint64 freeBytes = 0; // where the file would be
    };

    template<class Look>
    void start(Look look);
    void take(Answer answer);

    FitListModel& m_fit;
    LibraryModel& m_library;
    std::function<QString()> m_modelsFolder;
    std::vector<FitChoice> m_choices;
    int m_suggested = -1;
    bool m_keepsFormats = false, m_losesPrecision = false, m_keepsFourBits = false;
    std::optional<Error> m_error;
    qint64 m_freeBytes = 0;
    bool m_busy = false;
    int m_question = 0; // answers to earlier ones are dropped
    QThreadPool m_pool;
};

} // namespace ponder
