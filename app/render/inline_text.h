// Collects the inline text of one block as rich text.
//
// Owner: markdown_parser.cpp. Thread: one. Next station: Block::html.
#pragma once

#include <QString>
#include <QStringList>

namespace ponder {

class InlineText {
public:
    void clear();
    bool isEmpty() const { return m_html.isEmpty(); }
    QString take(); // the text so far; tags still open are not closed (md4c balances them)

    void add(QStringView text);            // escaped
    void addEntity(const QString& entity); // "&amp;", "&#x4e2d;": as the character, or as written
    void lineBreak() { m_html += QLatin1String("<br>"); }
    void open(const char* tag);
    void close(const char* tag);
    void openLink(const QString& target); // an allowed target becomes a link, any other plain text
    void closeLink();

private:
    QString m_html;
    QList<bool> m_links; // whether each open link has a target
};

// Only these may be opened by a click.
bool isAllowedLink(const QString& target);

} // namespace ponder
