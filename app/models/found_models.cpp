#include "app/models/found_models.h"

#include <QDir>

#include <algorithm>
#include <memory>
#include <utility>

namespace ponder {
namespace {

// A folder of model files, with the source that its models get; only what can be used is offered, except sets
// that lack parts.
void findIn(const QString& folder, ModelSource source, const std::stop_token& stop,
            QList<FoundModel>& found) {
    if (!QFileInfo(folder).isDir()) return;
    for (const RecognizedModel& row : recognizePath(folder, stop)) {
        if (!row.addable && row.kind != RecognizedKind::GgufPart) continue;
        FoundModel model{row, {}};
        model.record.path = row.path;
        model.record.source = source;
        if (source == ModelSource::LmStudio && row.addable)
            model.row.detail.replace(QStringLiteral("GGUF"), QStringLiteral("LM Studio"));
        found << model;
    }
}

QString lmStudioHome() {
    // LM Studio writes where it keeps its things, where that is not the usual place.
    QFile pointer(QDir::homePath() + QStringLiteral("/.lmstudio-home-pointer"));
    if (pointer.open(QIODevice::ReadOnly))
        if (const QString home = QString::fromUtf8(pointer.read(4096)).trimmed(); QDir::isAbsolutePath(home))
            return home;
    return QDir::homePath() + QStringLiteral("/.lmstudio");
}

} // namespace

FoundPlaces FoundPlaces::ofThisComputer(const QString& modelsFolder) {
    FoundPlaces places;
    places.ollama = ollamaFolders();
    places.lmStudio = {lmStudioHome() + QStringLiteral("/models"),
                       QDir::homePath() + QStringLiteral("/.cache/lm-studio/models")};
    places.own = modelsFolder;
    return places;
}

QList<FoundModel> findModels(const FoundPlaces& places, const std::stop_token& stop) {
    QList<FoundModel> found;
    for (const QString& folder : places.ollama)
        found << ollamaModels(folder, stop);
    for (const QString& folder : places.lmStudio)
        findIn(folder, ModelSource::LmStudio, stop, found);
    if (!places.own.isEmpty()) findIn(places.own, ModelSource::Copied, stop, found);
    return found;
}

FoundModels::FoundModels(LibraryModel& library, ModelImporter& importer, Places places, QObject* parent)
    : QAbstractListModel(parent), m_library(library), m_importer(importer), m_places(std::move(places)) {
    m_pool.setMaxThreadCount(1);
    connect(&library, &LibraryModel::countChanged, this, [this] {
        if (!m_found.isEmpty()) emit dataChanged(index(0), index(count() - 1), {AddedRole});
        emit countChanged();
    });
}

FoundModels::~FoundModels() {
    m_stop.request_stop();
    m_pool.waitForDone();
}

bool FoundModels::isAdded(const FoundModel& model) const {
    return m_library.findPath(model.record.path) != nullptr;
}

int FoundModels::offered() const {
    return int(std::count_if(m_found.cbegin(), m_found.cend(), [this](const FoundModel& model) {
        return model.row.addable && !isAdded(model);
    }));
}

int FoundModels::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant FoundModels::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= count()) return {};
    const FoundModel& model = m_found[index.row()];
    switch (role) {
    case TitleRole:
        return model.row.title;
    case DetailRole:
        return model.row.detail;
    case PlaceRole:
        if (model.record.source == ModelSource::Ollama) return QStringLiteral("Ollama");
        if (model.record.source == ModelSource::LmStudio) return QStringLiteral("LM Studio");
        return QDir::toNativeSeparators(QFileInfo(model.record.path).path());
    case SourceRole:
        return sourceName(model.record.source);
    case AddableRole:
        return model.row.addable;
    case AddedRole:
        return isAdded(model);
    case ReasonRole:
        return model.row.reason;
    case RemedyRole:
        return model.row.remedy;
    case BytesRole:
        return double(model.row.bytes);
    default:
        return {};
    }
}

QHash<int, QByteArray> FoundModels::roleNames() const {
    return {{TitleRole, "name"},    {DetailRole, "detail"},   {SourceRole, "source"},
            {PlaceRole, "place"},   {AddableRole, "addable"}, {AddedRole, "added"},
            {ReasonRole, "reason"}, {RemedyRole, "remedy"},   {BytesRole, "bytes"}};
}

void FoundModels::refresh() {
    if (m_busy) return;
    m_busy = true;
    emit busyChanged();
    m_stop = std::stop_source();
    m_pool.start([this, places = m_places(), stop = m_stop.get_token()] {
        auto found = std::make_shared<QList<FoundModel>>(findModels(places, stop));
        QMetaObject::invokeMethod(
            this,
            [this, found] {
                beginResetModel();
                m_found = std::move(*found);
                m_busy = false;
                endResetModel();
                emit busyChanged();
                emit countChanged();
            },
            Qt::QueuedConnection);
    });
}

bool FoundModels::add(int row) {
    if (row < 0 || row >= count() || !m_found[row].row.addable) return false;
    return m_importer.add(m_found[row].record);
}

} // namespace ponder
