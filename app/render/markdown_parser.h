// Markdown to blocks, by md4c: CommonMark with tables, strikethrough, task lists and bare links.
//
// HTML in the text is shown as text. Links other than http, https and mailto lose their target. A line break
// inside a paragraph stays one, because models break lines on purpose. Nested lists become entries with a
// depth; code and tables inside a list item stand between the parts of the list. Math between $ or $$ is kept
// as it was written. Owner: free function. Thread: any. Next station: block_builder.h, chat/block_model.h.
#pragma once

#include "app/render/block.h"

namespace ponder {

QList<Block> parseMarkdown(QStringView text);

} // namespace ponder
