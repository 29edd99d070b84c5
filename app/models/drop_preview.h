// What is held over the window, before it is dropped: a row for each thing, and what a drop would do.
//
// inspect() returns at once; rows arrive as they are recognized on a worker thread. Whether a model fits
// comes from `hints`, and for a folder what it would become. Owner: ModelLibrary. Thread: GUI. Errors: rows
// that cannot be added say why. Previous station: recognition.h. Next station: ui/DropOverlay.qml,
// ModelImporter.
#pragma once

#include "app/models/recognition.h"

#include <QAbstractListModel>
#include <QThreadPool>
#include <QVariantMap>
#include <QtQml/qqmlregistration.h>

#include <functional>

namespace ponder {

class DropPreview : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.library.preview is the one there is")
    Q_PROPERTY(QString title READ title NOTIFY changed) // "Drop to add 3 models"
    Q_PROPERTY(QString note READ note NOTIFY changed)   // what happens to the files
    Q_PROPERTY(bool busy READ busy NOTIFY changed)      // more rows may come
    Q_PROPERTY(bool accepts READ accepts NOTIFY changed)
    Q_PROPERTY(int addable READ addable NOTIFY changed)
    Q_PROPERTY(int count READ count NOTIFY changed)
public:
    enum Role {
        TitleRole = Qt::UserRole + 1,
        DetailRole,  // "GGUF · Q4_K_M · 4.7 GB · used where it is", or why it cannot be added
        AddableRole, // a drop takes it: adds, converts or attaches it
        ReasonRole,
        RemedyRole,
        PathRole,
        HintsRole // QVariantMap of setHints()
    };
    using Hints = std::function<QVariantMap(const RecognizedModel&)>;

    explicit DropPreview(QObject* parent = nullptr);
    ~DropPreview() override;

    QString title() const;
    QString note() const;
    bool busy() const { return m_busy; }
    bool accepts() const { return m_busy || addable() > 0; }
    int addable() const;
    int count() const { return int(m_rows.size()); }
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    Q_INVOKABLE void inspect(const QList<QUrl>& urls);
    Q_INVOKABLE void clear();
    void setBase(const QString& name); // the loaded model, which takes adapters; empty: none
    void setHints(Hints hints);        // asked on the GUI thread; may be set again when its answers changed
    const QList<RecognizedModel>& rows() const { return m_rows; }

signals:
    void changed();

private:
    bool isAccepted(const RecognizedModel& row) const;
    QString outcome(const RecognizedModel& row) const;
    QString becomes(const RecognizedModel& row) const;

    QList<RecognizedModel> m_rows;
    QList<QUrl> m_urls;
    Hints m_hints;
    QString m_base;
    bool m_busy = false;
    int m_look = 0; // rows of earlier ones are dropped
    std::stop_source m_stop;
    QThreadPool m_pool;
};

} // namespace ponder
