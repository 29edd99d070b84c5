// One reply on the terminal while it arrives, its thoughts told from its answer.
//
// Takes the pieces of a ReplyGenerator; writes thoughts dimmed where standard output is a terminal, the
// answer plain. With --json it writes nothing and only keeps both texts. Owner: the chat subcommand, one for
// each reply. Thread: main. Previous station: ReplyGenerator. Next station: the terminal.
#pragma once

#include "app/chat/think_splitter.h"
#include "app/cli/console.h"

#include <optional>

namespace ponder {

class ReplyPrinter {
public:
    explicit ReplyPrinter(const Console& console) : m_console(console) {}

    void start(const ThinkMarkers& markers) { m_splitter.emplace(markers); }
    void push(const QString& piece);
    void finish(bool stopped);

    const QString& thoughts() const { return m_thoughts; }
    const QString& answer() const { return m_answer; }
    int thoughtTokens() const { return m_splitter ? m_splitter->thoughtTokens() : 0; }
    int answerTokens() const { return m_splitter ? m_splitter->answerTokens() : 0; }

private:
    void show(const ThinkDelta& delta);
    void dim(bool on);

    const Console& m_console;
    std::optional<ThinkSplitter> m_splitter;
    QString m_thoughts, m_answer;
    bool m_dim = false;
};

} // namespace ponder
