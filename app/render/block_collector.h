// Receives md4c's events and fills a list of blocks.
//
// Owner: markdown_parser.cpp, one for each parse. Thread: one. Next station: inline_text.h (inline text),
// Block.
#pragma once

#include "app/render/block.h"
#include "app/render/inline_text.h"

#include <md4c.h>

namespace ponder {

class BlockCollector {
public:
    // `source` is the Markdown that md4c reads.
    explicit BlockCollector(const QByteArray& source) : m_begin(source.cbegin()), m_end(source.cend()) {}
    QList<Block> take() { return std::move(m_blocks); }

    void enter(MD_BLOCKTYPE type, void* detail);
    void leave(MD_BLOCKTYPE type);
    void enter(MD_SPANTYPE type, void* detail);
    void leave(MD_SPANTYPE type, void* detail);
    void text(MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size);

private:
    struct List {
        bool ordered = false;
        unsigned next = 1;
        QString delimiter;
    };

    void enterItem(const MD_BLOCK_LI_DETAIL& detail);
    void enterCode(const MD_BLOCK_CODE_DETAIL& detail);
    void enterTable();
    void enterCell(const MD_BLOCK_TD_DETAIL& detail, bool header);
    Block& add(Block::Type type);
    void finishText(); // what was collected goes where it belongs
    void addToList(const QString& html);
    void addCode(const MD_CHAR* text, MD_SIZE size);
    int depth() const { return int(m_lists.size()) + m_quotes; }

    const char* m_begin; // the Markdown in UTF-8
    const char* m_end;
    qsizetype m_indent = 0; // spaces at the start of a line of code, not added yet

    QList<Block> m_blocks;
    InlineText m_inline;
    QList<List> m_lists;
    QString m_marker;          // of the item that has begun and has no entry yet
    bool m_itemOpen = false;   // an item has begun and has no entry yet
    bool m_continuing = false; // more text of the same item, right below its entry
    bool m_newList = false;    // an outermost list has begun and has no entry yet
    int m_quotes = 0;          // how deep
    int m_heading = 0;         // its level, while in one
    bool m_inCode = false;
};

} // namespace ponder
