// Blocks of a Markdown text that grows at its end: only the part that can still change is parsed again.
//
//     BlockBuilder builder;
//     const qsizetype first = builder.append(text); // blocks before `first` are as they were
//     builder.finish();
//
// Appending in any pieces and then finishing gives what parseMarkdown() gives for the whole. Cost of an
// append: the open part, from the last place where the text can be cut (line_tracker.h). Owner: BlockModel.
// Thread: one. Next station: chat/block_model.h.
#pragma once

#include "app/render/block.h"
#include "app/render/line_tracker.h"

namespace ponder {

class BlockBuilder {
public:
    const QList<Block>& blocks() const { return m_blocks; }

    // Index of the first block that may have changed.
    qsizetype append(QStringView text);
    // The text is complete. Parses it once as a whole, so that a link definition reaches every use of it.
    qsizetype finish();

private:
    void settleUpTo(qsizetype cut);

    QString m_text;
    QList<Block> m_blocks;
    LineTracker m_lines;
    qsizetype m_openStart = 0; // of m_text: what comes before is settled
    qsizetype m_lineStart = 0; // of the line that is not complete yet
    qsizetype m_settled = 0;   // number of blocks before m_openStart
};

} // namespace ponder
