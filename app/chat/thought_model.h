// The thoughts of one reply, a paragraph a row, as plain text.
//
// While the model thinks only the last row changes and new ones are appended. Paragraphs end at blank lines;
// an overlong one also at the end of a line, so that no row grows without bound. Owner: MessageModel.
// Thread: GUI. Next station: ui/chat (thinking panel).
#pragma once

#include <QAbstractListModel>
#include <QStringList>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class ThoughtModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Comes with a message")
public:
    enum Role { TextRole = Qt::UserRole + 1 };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    void append(const QString& text);
    void setText(const QString& text); // replaces everything

private:
    QStringList m_paragraphs;
    QString m_blank; // white space that counts only if text follows
};

} // namespace ponder
