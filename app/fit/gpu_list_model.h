// Which graphics processors run one model, sorted by their memory, of one vendor or all.
//
// Owner: FitListModel. Thread: GUI; a few milliseconds for each change. Errors: none; a model of which no
// forecast can be made has no rows. Previous station: fit_list.h. Next station: ui/models.
#pragma once

#include "app/fit/fit_list.h"
#include "app/fit/needed_machine.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

#include <functional>

namespace ponder {

class GpuListModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.fit.gpus is the one there is")
    // As FitListModel::ModelIdRole has it.
    Q_PROPERTY(QString modelId READ modelId WRITE setModelId NOTIFY questionChanged)
    Q_PROPERTY(QString quantization READ quantization WRITE setQuantization NOTIFY questionChanged)
    Q_PROPERTY(int contextTokens READ contextTokens WRITE setContextTokens NOTIFY questionChanged)
    Q_PROPERTY(QString vendor READ vendor WRITE setVendor NOTIFY questionChanged) // empty: all
    Q_PROPERTY(QStringList vendors READ vendors CONSTANT)
    // No card holds the model: the rows say how many of each would have the memory for it.
    Q_PROPERTY(bool together READ together NOTIFY countChanged)
    // What would run a model that does not fit here, a sentence each.
    Q_PROPERTY(QStringList machines READ machines NOTIFY countChanged)
    Q_PROPERTY(bool fittingOnly READ fittingOnly WRITE setFittingOnly NOTIFY questionChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)
public:
    enum Role {
        NameRole = Qt::UserRole + 1,
        VendorRole,
        MemoryTextRole,
        BandwidthTextRole,
        VerdictRole,
        VerdictTextRole,
        VerdictDetailRole,
        SpeedTextRole,
        PriceTextRole,
        YearTextRole
    };

    // Of a row of the fit list; null: it is not there.
    using FindChoice = std::function<const FitChoice*(const QString& modelId, const QString& quantization)>;

    explicit GpuListModel(FindChoice find, QObject* parent = nullptr)
        : QAbstractListModel(parent), m_find(std::move(find)) {}

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    QString modelId() const { return m_modelId; }
    QString quantization() const { return m_quantization; }
    int contextTokens() const { return m_contextTokens; }
    QString vendor() const { return m_vendor; }
    QStringList vendors() const;
    bool fittingOnly() const { return m_fittingOnly; }
    bool together() const { return m_together; }
    QStringList machines() const;
    int count() const { return int(m_rows.size()); }

    void setModelId(const QString& id);
    void setQuantization(const QString& quantization);
    void setContextTokens(int tokens);
    void setVendor(const QString& vendor);
    void setFittingOnly(bool only);
    void setOwn(const FitDevice& own); // which needs another where it does not fit
    void retranslate();

signals:
    void questionChanged();
    void countChanged();

private:
    template<class T>
    void change(T& member, const T& value);
    void update();

    FindChoice m_find;
    FitDevice m_own;
    std::vector<GpuRow> m_rows;
    std::vector<NeededMachine> m_machines;
    QString m_modelId, m_quantization = QStringLiteral("Q4_K_M"), m_vendor;
    int m_contextTokens = 0;
    bool m_fittingOnly = true, m_together = false;
};

} // namespace ponder
