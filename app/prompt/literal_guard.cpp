#include "app/prompt/literal_guard.h"

#include <set>

namespace ponder {
namespace {

// A noncharacter: Unicode keeps it for uses inside a program, so no text needs it.
constexpr QChar kGuard(0xFDD0);

} // namespace

LiteralGuard::LiteralGuard(QStringList specialTexts) : m_specialTexts(std::move(specialTexts)) {
    m_specialTexts.removeAll(QString());
    m_specialTexts.removeDuplicates();
}

QString LiteralGuard::protect(const QString& typed) const {
    QString text = typed;
    text.remove(kGuard);
    std::set<qsizetype> starts;
    for (const QString& special : m_specialTexts)
        for (qsizetype at = text.indexOf(special); at >= 0; at = text.indexOf(special, at + 1))
            starts.insert(at);
    QString out;
    out.reserve(text.size() + static_cast<qsizetype>(starts.size()));
    qsizetype copied = 0;
    for (const qsizetype start : starts) {
        // A character outside the basic plane is two code units; the guard goes after both.
        const qsizetype behind = start + (text.at(start).isHighSurrogate() ? 2 : 1);
        out += QStringView(text).mid(copied, behind - copied);
        out += kGuard;
        copied = behind;
    }
    out += QStringView(text).mid(copied);
    return out;
}

GuardedText LiteralGuard::release(const QString& rendered) {
    GuardedText out;
    qsizetype from = 0;
    while (from <= rendered.size()) {
        const qsizetype guard = rendered.indexOf(kGuard, from);
        const qsizetype end = guard < 0 ? rendered.size() : guard;
        const QByteArray bytes = QStringView(rendered).mid(from, end - from).toUtf8();
        out.text.append(bytes.constData(), static_cast<std::size_t>(bytes.size()));
        if (guard < 0) break;
        if (!out.text.empty()) {
            // The special text starts at the character before the guard.
            std::size_t start = out.text.size() - 1;
            while (start > 0 && (static_cast<unsigned char>(out.text[start]) & 0xC0) == 0x80)
                --start;
            if (out.literal.empty() || out.literal.back() < start) out.literal.push_back(start);
        }
        from = guard + 1;
    }
    return out;
}

} // namespace ponder
