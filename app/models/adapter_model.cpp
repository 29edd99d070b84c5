#include "app/models/adapter_model.h"

#include "app/chat/error_text.h"

#include <QFileInfo>
#include <QUrl>

#include <algorithm>
#include <cmath>

namespace ponder {
namespace {

constexpr int kRestMs = 200;
constexpr double kStrongest = 10; // as ModelSettings::checked() has it

} // namespace

AdapterModel::AdapterModel(LibraryModel& library, Check check, QObject* parent)
    : QAbstractListModel(parent), m_library(library), m_check(std::move(check)) {
    m_pool.setMaxThreadCount(1);
    m_writer.setSingleShot(true);
    m_writer.setInterval(kRestMs);
    connect(&m_writer, &QTimer::timeout, this, &AdapterModel::flush);
    connect(&library, &LibraryModel::settingsChanged, this, [this](const QString& id) {
        if (id == m_id) follow();
    });
}

AdapterModel::~AdapterModel() {
    m_pool.clear();
    m_pool.waitForDone();
    flush();
}

QString AdapterModel::modelPath() const {
    const ModelRecord* model = m_library.find(m_id);
    return model ? model->path : QString();
}

int AdapterModel::effective() const {
    return int(std::count_if(m_entries.begin(), m_entries.end(), [](const ModelAdapter& adapter) {
        return adapter.applied && adapter.strength != 0;
    }));
}

int AdapterModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant AdapterModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const ModelAdapter& adapter = m_entries[index.row()];
    switch (role) {
    case NameRole:
        return adapterName(adapter.path);
    case PathRole:
        return adapter.path;
    case StrengthRole:
        return adapter.strength;
    case AppliedRole:
        return adapter.applied;
    case MissingRole:
        return !QFileInfo::exists(adapter.path);
    default:
        return {};
    }
}

QHash<int, QByteArray> AdapterModel::roleNames() const {
    return {{NameRole, "name"},
            {PathRole, "path"},
            {StrengthRole, "strength"},
            {AppliedRole, "applied"},
            {MissingRole, "missing"}};
}

void AdapterModel::open(const QString& modelId) {
    flush();
    m_id = m_library.find(modelId) ? modelId : QString();
    m_problem.clear();
    follow();
    emit changed();
    emit opened();
}

// Rows stay where they are the same ones: a slider must not lose its handle.
void AdapterModel::follow() {
    m_writer.stop();
    const ModelRecord* model = m_library.find(m_id);
    const QList<ModelAdapter> now = model ? model->settings.adapters : QList<ModelAdapter>();
    if (now == m_entries) return;
    const bool sameFiles =
        std::equal(now.begin(), now.end(), m_entries.begin(), m_entries.end(),
                   [](const ModelAdapter& a, const ModelAdapter& b) { return a.path == b.path; });
    if (sameFiles) {
        m_entries = now;
        emit dataChanged(index(0), index(count() - 1));
    } else {
        beginResetModel();
        m_entries = now;
        endResetModel();
    }
    emit changed();
}

void AdapterModel::flush() {
    m_writer.stop();
    const ModelRecord* model = m_library.find(m_id);
    if (!model || model->settings.adapters == m_entries) return;
    ModelSettings next = model->settings;
    next.adapters = m_entries;
    m_library.setSettings(m_id, next.checked());
}

void AdapterModel::add(const QString& pathOrUrl) {
    const bool url = pathOrUrl.startsWith(QLatin1String("file:"));
    const QString path = url ? QUrl(pathOrUrl).toLocalFile() : pathOrUrl;
    setProblem({});
    if (m_id.isEmpty() || path.isEmpty()) return;
    if (!m_check) return take(path);
    ++m_asked;
    emit changed();
    m_pool.start([this, check = m_check, id = m_id, model = modelPath(), path] {
        const Result<void> fits = check(model, path);
        QMetaObject::invokeMethod(
            this,
            [this, id, path, fits] {
                --m_asked;
                if (id == m_id && fits) take(path);
                if (id == m_id && !fits) m_problem = errorText(fits.error());
                emit changed();
            },
            Qt::QueuedConnection);
    });
}

void AdapterModel::take(const QString& path) {
    const auto known = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const ModelAdapter& adapter) { return adapter.path == path; });
    if (known != m_entries.end()) return setApplied(int(known - m_entries.begin()), true);
    beginInsertRows({}, count(), count());
    m_entries << ModelAdapter{path};
    endInsertRows();
    emit changed();
    flush();
}

void AdapterModel::tell(int row, int role) {
    emit dataChanged(index(row), index(row), {role});
    emit changed();
}

void AdapterModel::setStrength(int row, double strength) {
    if (!isRow(row) || m_entries[row].strength == strength || !(std::abs(strength) <= kStrongest)) return;
    m_entries[row].strength = strength;
    tell(row, StrengthRole);
    m_writer.start();
}

void AdapterModel::setApplied(int row, bool applied) {
    if (!isRow(row) || m_entries[row].applied == applied) return;
    m_entries[row].applied = applied;
    tell(row, AppliedRole);
    flush();
}

void AdapterModel::move(int row, int to) {
    if (!isRow(row) || !isRow(to) || row == to) return;
    beginMoveRows({}, row, row, {}, to > row ? to + 1 : to);
    m_entries.move(row, to);
    endMoveRows();
    emit changed();
    flush();
}

void AdapterModel::remove(int row) {
    if (!isRow(row)) return;
    beginRemoveRows({}, row, row);
    m_entries.removeAt(row);
    endRemoveRows();
    emit changed();
    flush();
}

void AdapterModel::setProblem(const QString& text) {
    if (text == m_problem) return;
    m_problem = text;
    emit changed();
}

QString adapterName(const QString& path) {
    const QFileInfo info(path);
    return info.isDir() ? info.fileName() : info.completeBaseName();
}

} // namespace ponder
