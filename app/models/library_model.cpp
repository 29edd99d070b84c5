#include "app/models/library_model.h"

#include "app/models/byte_text.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QSet>

#include <algorithm>
#include <utility>

namespace ponder {
namespace {

QVariant timeOf(qint64 milliseconds) {
    return milliseconds > 0 ? QDateTime::fromMSecsSinceEpoch(milliseconds) : QVariant();
}

} // namespace

LibraryModel::LibraryModel(Store& store, QObject* parent, FilePresence::Exists exists)
    : QAbstractListModel(parent), m_store(store), m_models(store.models()), m_missing(m_models.size(), false),
      m_presence(std::move(exists)) {
    connect(&m_presence, &FilePresence::answered, this, [this](const QString& path, bool there) {
        setMissing(path, !there);
        emit looked(path, there);
    });
    checkMissing();
}

int LibraryModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant LibraryModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= count()) return {};
    const ModelRecord& model = m_models[index.row()];
    switch (role) {
    case IdRole:
        return model.id;
    case PathRole:
        return model.path;
    case NameRole:
        return model.label();
    case FamilyRole:
        return model.family;
    case ArchitectureRole:
        return model.architecture;
    case QuantizationRole:
        return model.quantization;
    case BytesRole:
        return double(model.bytes);
    case SizeTextRole:
        return byteText(model.bytes);
    case PlaceRole:
        if (model.source == ModelSource::Ollama) return QStringLiteral("Ollama");
        if (model.source == ModelSource::LmStudio) return QStringLiteral("LM Studio");
        return QDir::toNativeSeparators(QFileInfo(model.path).path());
    case SourceRole:
        return sourceName(model.source);
    case OwnedRole:
        return model.owned();
    case LicenceRole:
        return model.licence;
    case LanguagesRole:
        return model.languages;
    case AddedRole:
        return timeOf(model.added);
    case LastUsedRole:
        return timeOf(model.lastUsed);
    case MissingRole:
        return m_missing[index.row()];
    case CurrentRole:
        return !m_current.isEmpty() && model.path == m_current;
    case HintsRole:
        return m_hints ? m_hints(model) : QVariantMap();
    default:
        return {};
    }
}

QHash<int, QByteArray> LibraryModel::roleNames() const {
    return {{IdRole, "modelId"},
            {PathRole, "path"},
            {NameRole, "name"},
            {FamilyRole, "family"},
            {ArchitectureRole, "architecture"},
            {QuantizationRole, "quantization"},
            {BytesRole, "bytes"},
            {SizeTextRole, "sizeText"},
            {PlaceRole, "place"},
            {SourceRole, "source"},
            {OwnedRole, "owned"},
            {LicenceRole, "licence"},
            {LanguagesRole, "languages"},
            {AddedRole, "added"},
            {LastUsedRole, "lastUsed"},
            {MissingRole, "missing"},
            {CurrentRole, "current"},
            {HintsRole, "hints"}};
}

qsizetype LibraryModel::rowOf(const QString& id) const {
    const auto found = std::find_if(m_models.cbegin(), m_models.cend(),
                                    [&](const ModelRecord& model) { return model.id == id; });
    return found == m_models.cend() ? -1 : found - m_models.cbegin();
}

const ModelRecord* LibraryModel::find(const QString& id) const {
    const qsizetype row = rowOf(id);
    return row < 0 ? nullptr : &m_models[row];
}

const ModelRecord* LibraryModel::findPath(const QString& path) const {
    const auto found = std::find_if(m_models.cbegin(), m_models.cend(),
                                    [&](const ModelRecord& model) { return model.path == path; });
    return found == m_models.cend() ? nullptr : &*found;
}

void LibraryModel::save(qsizetype row, const QList<int>& roles) {
    m_store.saveModel(m_models[row]);
    emit dataChanged(index(int(row)), index(int(row)), roles);
}

QString LibraryModel::put(ModelRecord model) {
    const ModelRecord* known = model.id.isEmpty() ? nullptr : find(model.id);
    if (!known) known = findPath(model.path);
    if (known) {
        const qsizetype row = rowOf(known->id);
        model.id = known->id;
        model.title = known->title;
        model.settings = known->settings;
        model.added = known->added;
        model.lastUsed = known->lastUsed;
        model.recent = known->recent;
        // Opened again as a mere file, an owned one stays owned.
        if (model.source == ModelSource::File) model.source = known->source;
        m_models[row] = std::move(model);
        m_presence.ask({m_models[row].path});
        save(row, {});
        return m_models[row].id;
    }
    if (model.id.isEmpty()) model.id = ModelTable::newId();
    if (model.added == 0) model.added = QDateTime::currentMSecsSinceEpoch();
    beginInsertRows({}, 0, 0);
    m_missing.prepend(false);
    m_models.prepend(std::move(model));
    endInsertRows();
    m_presence.ask({m_models.first().path});
    save(0, {});
    emit countChanged();
    emit recentChanged();
    return m_models.first().id;
}

bool LibraryModel::remove(const QString& id) {
    const qsizetype row = rowOf(id);
    if (row < 0) return false;
    beginRemoveRows({}, int(row), int(row));
    m_models.removeAt(row);
    m_missing.removeAt(row);
    endRemoveRows();
    m_store.removeModel(id);
    emit countChanged();
    emit recentChanged();
    return true;
}

void LibraryModel::rename(const QString& id, const QString& title) {
    const qsizetype row = rowOf(id);
    if (row < 0) return;
    const QString clean = title.simplified();
    m_models[row].title = clean == m_models[row].name ? QString() : clean;
    save(row, {NameRole});
    emit recentChanged();
}

void LibraryModel::move(const QString& id, const QString& path) {
    if (const ModelRecord* there = findPath(path); there && there->id != id) remove(QString(there->id));
    const qsizetype row = rowOf(id);
    if (row < 0) return;
    m_models[row].path = path;
    m_missing[row] = false;
    m_presence.ask({path});
    save(row, {});
    emit recentChanged();
}

void LibraryModel::setSettings(const QString& id, const ModelSettings& settings) {
    const qsizetype row = rowOf(id);
    if (row < 0 || m_models[row].settings == settings) return;
    m_models[row].settings = settings;
    save(row, {HintsRole}); // they may depend on the context
    emit settingsChanged(id);
}

void LibraryModel::markUsed(const QString& id) {
    const qsizetype row = rowOf(id);
    if (row < 0) return;
    m_models[row].lastUsed = QDateTime::currentMSecsSinceEpoch();
    m_models[row].recent = true;
    m_presence.ask({m_models[row].path});
    save(row, {LastUsedRole});
    emit recentChanged();
}

void LibraryModel::setRecent(const QString& id, bool recent) {
    const qsizetype row = rowOf(id);
    if (row < 0 || m_models[row].recent == recent) return;
    m_models[row].recent = recent;
    m_store.saveModel(m_models[row]);
    emit recentChanged();
}

void LibraryModel::setCurrent(const QString& path) {
    if (std::exchange(m_current, path) == path || m_models.isEmpty()) return;
    emit dataChanged(index(0), index(count() - 1), {CurrentRole});
}

void LibraryModel::setHints(Hints hints) {
    m_hints = std::move(hints);
    if (!m_models.isEmpty()) emit dataChanged(index(0), index(count() - 1), {HintsRole});
}

void LibraryModel::refresh() {
    QList<ModelRecord> models = m_store.models();
    const bool same = std::equal(models.cbegin(), models.cend(), m_models.cbegin(), m_models.cend(),
                                 [](const ModelRecord& a, const ModelRecord& b) {
                                     return a.id == b.id && a.path == b.path && a.title == b.title;
                                 });
    if (same) return checkMissing();
    beginResetModel();
    QSet<QString> missing;
    for (qsizetype row = 0; row < m_models.size(); ++row)
        if (m_missing[row]) missing << m_models[row].path;
    m_models = std::move(models);
    m_missing.clear();
    for (const ModelRecord& model : m_models)
        m_missing << missing.contains(model.path);
    endResetModel();
    checkMissing();
    emit countChanged();
    emit recentChanged();
}

void LibraryModel::checkMissing() {
    QStringList paths;
    for (const ModelRecord& model : m_models)
        paths << model.path;
    m_presence.ask(paths);
}

void LibraryModel::setMissing(const QString& path, bool missing) {
    for (qsizetype row = 0; row < m_models.size(); ++row) {
        if (m_models[row].path != path || m_missing[row] == missing) continue;
        m_missing[row] = missing;
        emit dataChanged(index(int(row)), index(int(row)), {MissingRole});
        emit recentChanged();
    }
}

void LibraryModel::retranslate() {
    if (!m_models.isEmpty()) emit dataChanged(index(0), index(count() - 1), {SizeTextRole, HintsRole});
}

} // namespace ponder
