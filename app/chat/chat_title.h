// The title of a chat, made from its first question.
//
// Owner: free function. Thread: any. Next station: ChatListModel.
#pragma once

#include <QString>

namespace ponder {

// The first line with text in it, without Markdown marks, cut at a word; empty where there is none.
QString chatTitle(const QString& question);

} // namespace ponder
