#include "app/models/hub_browser.h"

#include "app/chat/error_text.h"
#include "app/models/byte_text.h"

namespace ponder {

HubBrowser::HubBrowser(DownloadQueue& queue, DownloadQueue::AccessSource access, ModelsFolder folder,
                       HubPatience patience, QObject* parent)
    : QAbstractListModel(parent), m_queue(queue), m_access(std::move(access)), m_folder(std::move(folder)),
      m_patience(patience) {}

int HubBrowser::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant HubBrowser::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= m_items.size()) return {};
    const HubItem& item = m_items[index.row()];
    switch (role) {
    case Qt::DisplayRole:
    case LabelRole:
        return item.label;
    case NameRole:
        return item.name;
    case KindRole:
        return QString::fromLatin1(hubItemKindName(item.kind));
    case SizeTextRole:
        return byteText(item.bytes);
    case BytesRole:
        return double(item.bytes);
    case FilesRole:
        return int(item.files.size());
    case MissingPartsRole:
        return item.missingParts;
    case WantedRole:
        return !m_wanted.isEmpty() && chooseHubItem({item}, m_wanted);
    default:
        return {};
    }
}

QHash<int, QByteArray> HubBrowser::roleNames() const {
    return {{LabelRole, "label"},
            {NameRole, "name"},
            {KindRole, "kind"},
            {SizeTextRole, "sizeText"},
            {BytesRole, "bytes"},
            {FilesRole, "files"},
            {MissingPartsRole, "missingParts"},
            {WantedRole, "wanted"}};
}

QString HubBrowser::state() const {
    if (m_loading) return QStringLiteral("loading");
    if (m_error) return QStringLiteral("failed");
    return repository().isEmpty() ? QStringLiteral("none") : QStringLiteral("ready");
}

QString HubBrowser::errorText() const { return m_error ? ponder::errorText(*m_error) : QString(); }

void HubBrowser::browse(const QString& typed) {
    clear();
    const Result<HubName> name = HubName::parse(typed);
    if (!name) return fail(name.error());
    const Result<HubAccess> access = m_access();
    if (!access) return fail(access.error());
    m_wanted = name->wanted;
    m_page = access->endpoint.page(*name).toString();
    m_loading = true;
    emit stateChanged();
    m_client = std::make_unique<HubClient>(*access, m_patience);
    m_client->list(*name, [this](const Result<HubRepository>& answer) { show(answer); });
}

void HubBrowser::show(const Result<HubRepository>& answer) {
    m_loading = false;
    if (!answer) return fail(answer.error());
    beginResetModel();
    m_repository = *answer;
    m_items = groupHubFiles(m_repository);
    endResetModel();
    emit stateChanged();
}

void HubBrowser::fail(const Error& error) {
    m_error = error;
    emit stateChanged();
}

void HubBrowser::clear() {
    m_client.reset();
    m_loading = false;
    m_error.reset();
    m_wanted.clear();
    m_page.clear();
    beginResetModel();
    m_repository = {};
    m_items.clear();
    endResetModel();
    emit stateChanged();
}

bool HubBrowser::download(int row) {
    if (row < 0 || row >= m_items.size() || !m_items[row].complete()) return false;
    m_queue.add(DownloadEntry::of(m_repository, m_items[row], m_folder()));
    return true;
}

void HubBrowser::retranslate() {
    emit stateChanged();
    if (count() > 0) emit dataChanged(index(0), index(count() - 1));
}

const char* hubItemKindName(HubItem::Kind kind) {
    switch (kind) {
    case HubItem::Kind::Gguf:
        return "gguf";
    case HubItem::Kind::Safetensors:
        return "safetensors";
    case HubItem::Kind::Adapter:
        return "adapter";
    case HubItem::Kind::Other:
        break;
    }
    return "other";
}

} // namespace ponder
