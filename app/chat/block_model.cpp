#include "app/chat/block_model.h"

#include <QVariantMap>

namespace ponder {
namespace {

QVariantList itemsOf(const Block& block) {
    QVariantList items;
    items.reserve(block.items.size());
    for (const ListEntry& entry : block.items)
        items << QVariantMap{{QStringLiteral("html"), entry.html},
                             {QStringLiteral("depth"), entry.depth},
                             {QStringLiteral("marker"), entry.marker}};
    return items;
}

QVariantList rowsOf(const Block& block) {
    QVariantList rows;
    rows.reserve(block.rows.size());
    for (const QStringList& row : block.rows)
        rows << QVariant(row);
    return rows;
}

// The roles in which two blocks of one type can differ.
QList<int> rolesOf(Block::Type type) {
    switch (type) {
    case Block::Type::Code:
        return {BlockModel::CodeRole, BlockModel::LanguageRole, BlockModel::LevelRole};
    case Block::Type::Table:
        return {BlockModel::HeaderRole, BlockModel::RowsRole, BlockModel::AlignRole};
    case Block::Type::List:
        return {BlockModel::ItemsRole, BlockModel::LevelRole};
    default:
        return {BlockModel::HtmlRole, BlockModel::LevelRole};
    }
}

} // namespace

int BlockModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_rows.size());
}

QVariant BlockModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= m_rows.size()) return {};
    const Block& block = m_rows[index.row()];
    switch (role) {
    case TypeRole:
        return blockTypeName(block.type);
    case HtmlRole:
        return block.html;
    case LevelRole:
        return block.level;
    case CodeRole:
        return block.code;
    case LanguageRole:
        return block.language;
    case HeaderRole:
        return block.header;
    case RowsRole:
        return rowsOf(block);
    case AlignRole:
        return block.align;
    case ItemsRole:
        return itemsOf(block);
    default:
        return {};
    }
}

QHash<int, QByteArray> BlockModel::roleNames() const {
    return {{TypeRole, "type"}, {HtmlRole, "html"},         {LevelRole, "level"},
            {CodeRole, "code"}, {LanguageRole, "language"}, {HeaderRole, "header"},
            {RowsRole, "rows"}, {AlignRole, "align"},       {ItemsRole, "items"}};
}

void BlockModel::append(const QString& markdown) { takeOver(m_builder.append(markdown)); }

void BlockModel::finish() { takeOver(m_builder.finish()); }

void BlockModel::takeOver(qsizetype first) {
    const QList<Block>& blocks = m_builder.blocks();
    const qsizetype common = qMin(blocks.size(), m_rows.size());
    for (qsizetype i = first; i < common; ++i) {
        if (m_rows[i] == blocks[i]) continue;
        const bool sameType = m_rows[i].type == blocks[i].type;
        m_rows[i] = blocks[i];
        const QModelIndex changed = index(int(i));
        emit dataChanged(changed, changed, sameType ? rolesOf(blocks[i].type) : QList<int>());
    }
    if (m_rows.size() > blocks.size()) {
        beginRemoveRows({}, int(blocks.size()), int(m_rows.size()) - 1);
        m_rows.resize(blocks.size());
        endRemoveRows();
    } else if (m_rows.size() < blocks.size()) {
        beginInsertRows({}, int(m_rows.size()), int(blocks.size()) - 1);
        m_rows.append(blocks.mid(m_rows.size()));
        endInsertRows();
    }
}

} // namespace ponder
