#include "app/models/drop_preview.h"

#include <algorithm>

namespace ponder {

DropPreview::DropPreview(QObject* parent) : QAbstractListModel(parent) { m_pool.setMaxThreadCount(1); }

DropPreview::~DropPreview() {
    m_stop.request_stop();
    m_pool.waitForDone();
}

int DropPreview::addable() const {
    return int(std::count_if(m_rows.cbegin(), m_rows.cend(),
                             [this](const RecognizedModel& row) { return isAccepted(row); }));
}

bool DropPreview::isAccepted(const RecognizedModel& row) const {
    return row.addable || row.convertible || (isAdapter(row) && !m_base.isEmpty());
}

QString DropPreview::outcome(const RecognizedModel& row) const {
    if (row.addable) return tr("used where it is");
    if (!isAccepted(row)) return row.reason;
    if (row.convertible) return {};
    return tr("for %1").arg(m_base);
}

// " → Q4_K_M 1.9 GB": what the conversion suggests, once that is known.
QString DropPreview::becomes(const RecognizedModel& row) const {
    const QString target =
        row.convertible && m_hints ? m_hints(row).value(QStringLiteral("target")).toString() : QString();
    return target.isEmpty() ? target : QStringLiteral(" → ") + target;
}

void DropPreview::setBase(const QString& name) {
    m_base = name;
    if (!m_rows.isEmpty()) emit dataChanged(index(0), index(count() - 1));
    emit changed();
}

QString DropPreview::title() const {
    if (const int models = addable(); models > 0) return tr("Drop to add %n model(s)", nullptr, models);
    return m_busy ? tr("Looking at it…") : tr("This cannot be added");
}

QString DropPreview::note() const { return tr("The original files are neither moved nor changed."); }

int DropPreview::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant DropPreview::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= count()) return {};
    const RecognizedModel& row = m_rows[index.row()];
    switch (role) {
    case TitleRole:
        return row.title;
    case DetailRole: {
        QStringList parts;
        if (!row.detail.isEmpty()) parts << row.detail + becomes(row);
        if (const QString what = outcome(row); !what.isEmpty()) parts << what;
        return parts.join(QStringLiteral(" · "));
    }
    case AddableRole:
        return isAccepted(row);
    case ReasonRole:
        return isAccepted(row) ? QString() : row.reason;
    case RemedyRole:
        return isAccepted(row) ? QString() : row.remedy;
    case PathRole:
        return row.path;
    case HintsRole:
        return m_hints ? m_hints(row) : QVariantMap();
    default:
        return {};
    }
}

QHash<int, QByteArray> DropPreview::roleNames() const {
    return {{TitleRole, "name"},    {DetailRole, "detail"}, {AddableRole, "addable"}, {ReasonRole, "reason"},
            {RemedyRole, "remedy"}, {PathRole, "path"},     {HintsRole, "hints"}};
}

void DropPreview::inspect(const QList<QUrl>& urls) {
    if (urls == m_urls && !urls.isEmpty()) return; // the same things come back over the window
    clear();
    m_urls = urls;
    m_busy = true;
    m_stop = std::stop_source();
    m_pool.start([this, urls, look = m_look, stop = m_stop.get_token()] {
        const auto arrived = [&](const RecognizedModel& row) {
            QMetaObject::invokeMethod(
                this,
                [this, look, row] {
                    if (look != m_look) return;
                    beginInsertRows({}, count(), count());
                    m_rows << row;
                    endInsertRows();
                    emit changed();
                },
                Qt::QueuedConnection);
        };
        recognize(urls, stop, arrived);
        QMetaObject::invokeMethod(
            this,
            [this, look] {
                if (look != m_look) return;
                m_busy = false;
                emit changed();
            },
            Qt::QueuedConnection);
    });
    emit changed();
}

void DropPreview::setHints(Hints hints) {
    m_hints = std::move(hints);
    if (count() > 0) emit dataChanged(index(0), index(count() - 1), {HintsRole, DetailRole});
}

void DropPreview::clear() {
    m_stop.request_stop();
    ++m_look;
    m_urls.clear();
    m_busy = false;
    beginResetModel();
    m_rows.clear();
    endResetModel();
    emit changed();
}

} // namespace ponder
