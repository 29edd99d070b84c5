#include "app/chat/thought_model.h"

#include <utility>

namespace ponder {
namespace {

constexpr qsizetype kLongParagraph = 1500; // characters; then a line's end is enough to begin a new row

} // namespace

int ThoughtModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_paragraphs.size());
}

QVariant ThoughtModel::data(const QModelIndex& index, int role) const {
    if (role != TextRole || index.row() < 0 || index.row() >= m_paragraphs.size()) return {};
    return m_paragraphs[index.row()];
}

QHash<int, QByteArray> ThoughtModel::roleNames() const { return {{TextRole, "text"}}; }

void ThoughtModel::append(const QString& text) {
    QString last = m_paragraphs.isEmpty() ? QString() : m_paragraphs.last();
    const qsizetype before = last.size();
    QStringList added;
    bool open = !m_paragraphs.isEmpty(); // `last` is a row that exists
    for (const QChar c : text) {
        if (c.isSpace()) {
            m_blank += c;
            continue;
        }
        const QString blank = std::exchange(m_blank, {});
        const auto lines = blank.count(u'\n');
        if (last.isEmpty()) {
            last += c;
        } else if (lines >= 2 || (lines == 1 && last.size() > kLongParagraph)) {
            if (open && last.size() != before) m_paragraphs.last() = last;
            if (!open) added << last;
            open = false;
            last = c;
        } else {
            last += blank + c;
        }
    }
    const qsizetype row = m_paragraphs.size() - 1;
    if (open)
        m_paragraphs.last() = last;
    else if (!last.isEmpty())
        added << last;
    if (row >= 0 && (open ? last.size() != before : m_paragraphs.last().size() != before))
        emit dataChanged(index(int(row)), index(int(row)), {TextRole});
    if (added.isEmpty()) return;
    beginInsertRows({}, int(m_paragraphs.size()), int(m_paragraphs.size() + added.size()) - 1);
    m_paragraphs += added;
    endInsertRows();
}

void ThoughtModel::setText(const QString& text) {
    beginResetModel();
    m_paragraphs.clear();
    m_blank.clear();
    endResetModel();
    append(text);
}

} // namespace ponder
