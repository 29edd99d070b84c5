#include "app/cli/reply_printer.h"

namespace ponder {

void ReplyPrinter::push(const QString& piece) {
    if (m_splitter) show(m_splitter->push(piece));
}

void ReplyPrinter::finish(bool stopped) {
    if (m_splitter)
        show(m_splitter->finish(stopped ? ThinkSplitter::End::Stopped : ThinkSplitter::End::Natural));
    dim(false);
    if (!m_console.json()) m_console.line({});
}

void ReplyPrinter::show(const ThinkDelta& delta) {
    if (!m_console.json()) {
        dim(!delta.thoughts.isEmpty() || (m_dim && delta.answer.isEmpty()));
        m_console.write(delta.thoughts);
        if (m_answer.isEmpty() && !delta.answer.isEmpty()) {
            dim(false);
            if (!m_thoughts.isEmpty() || !delta.thoughts.isEmpty()) m_console.write(QStringLiteral("\n\n"));
        }
        m_console.write(delta.answer);
    }
    m_thoughts += delta.thoughts;
    m_thoughts.chop(delta.takeBack);
    m_answer += delta.answer;
}

void ReplyPrinter::dim(bool on) {
    if (on != m_dim && m_console.isTerminal()) m_console.writeUtf8(on ? "\x1b[2m" : "\x1b[0m");
    m_dim = on;
}

} // namespace ponder
