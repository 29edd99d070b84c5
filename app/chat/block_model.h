// The blocks of one answer as a list for the window.
//
// While an answer grows only its last blocks change: rows are changed, appended or (where Markdown decides
// late) removed at the end; the model is never reset. Owner: MessageModel. Thread: GUI. Previous station:
// render/block_builder.h. Next station: ui/chat.
#pragma once

#include "app/render/block_builder.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class BlockModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Comes with a message")
public:
    enum Role {
        TypeRole = Qt::UserRole + 1,
        HtmlRole,
        LevelRole,
        CodeRole,
        LanguageRole,
        HeaderRole,
        RowsRole,
        AlignRole,
        ItemsRole
    };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    void append(const QString& markdown);
    void finish(); // nothing more will come

private:
    void takeOver(qsizetype first);

    BlockBuilder m_builder;
    QList<Block> m_rows;
};

} // namespace ponder
