// A piece of an answer that is laid out as one thing: a paragraph, a heading, a list, code, a table, a
// quoted paragraph or a rule.
//
// Inline text is rich text for Qt Quick: escaped, with <b>, <i>, <s>, <code>, <br> and <a href> only.
// Previous station: markdown_parser.h. Next station: chat/block_model.h.
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace ponder {

struct ListEntry {
    QString html;
    int depth = 0;  // 0: outermost
    QString marker; // "•", "1.", "☐", "☑"; empty where an entry goes on after a block inside it
    bool operator==(const ListEntry&) const = default;
};

struct Block {
    enum class Type { Paragraph, Heading, List, Code, Table, Quote, Rule };
    Type type = Type::Paragraph;
    QString html;       // paragraph, heading, quote
    int level = 0;      // heading: 1 to 6; others: how deep in lists and quotes
    QString code;       // without the last newline
    QString language;   // of code, as written, or empty
    QStringList header; // table: cells
    QList<QStringList> rows;
    QStringList align; // table: "left", "center" or "right" of each column
    QList<ListEntry> items;
    bool operator==(const Block&) const = default;
};

QString blockTypeName(Block::Type type); // "paragraph", "heading", ...

} // namespace ponder
