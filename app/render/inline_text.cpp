#include "app/render/inline_text.h"

#include <QHash>
#include <QUrl>

#include <utility>

namespace ponder {
namespace {

// Named entities that are written in answers; any other name is shown as it stands.
const QHash<QString, QString>& namedEntities() {
    static const QHash<QString, QString> table{
        {QStringLiteral("amp"), QStringLiteral("&")},    {QStringLiteral("lt"), QStringLiteral("<")},
        {QStringLiteral("gt"), QStringLiteral(">")},     {QStringLiteral("quot"), QStringLiteral("\"")},
        {QStringLiteral("apos"), QStringLiteral("'")},   {QStringLiteral("nbsp"), QStringLiteral("\u00a0")},
        {QStringLiteral("copy"), QStringLiteral("©")},   {QStringLiteral("reg"), QStringLiteral("®")},
        {QStringLiteral("hellip"), QStringLiteral("…")}, {QStringLiteral("ndash"), QStringLiteral("–")},
        {QStringLiteral("mdash"), QStringLiteral("—")},  {QStringLiteral("times"), QStringLiteral("×")},
        {QStringLiteral("divide"), QStringLiteral("÷")}, {QStringLiteral("plusmn"), QStringLiteral("±")},
        {QStringLiteral("le"), QStringLiteral("≤")},     {QStringLiteral("ge"), QStringLiteral("≥")},
        {QStringLiteral("ne"), QStringLiteral("≠")},     {QStringLiteral("deg"), QStringLiteral("°")},
        {QStringLiteral("larr"), QStringLiteral("←")},   {QStringLiteral("rarr"), QStringLiteral("→")},
        {QStringLiteral("lsquo"), QStringLiteral("‘")},  {QStringLiteral("rsquo"), QStringLiteral("’")},
        {QStringLiteral("ldquo"), QStringLiteral("“")},  {QStringLiteral("rdquo"), QStringLiteral("”")},
        {QStringLiteral("middot"), QStringLiteral("·")}, {QStringLiteral("bull"), QStringLiteral("•")},
        {QStringLiteral("infin"), QStringLiteral("∞")},  {QStringLiteral("radic"), QStringLiteral("√")},
        {QStringLiteral("sum"), QStringLiteral("∑")},    {QStringLiteral("pi"), QStringLiteral("π")},
        {QStringLiteral("alpha"), QStringLiteral("α")},  {QStringLiteral("beta"), QStringLiteral("β")},
        {QStringLiteral("theta"), QStringLiteral("θ")},  {QStringLiteral("lambda"), QStringLiteral("λ")}};
    return table;
}

} // namespace

bool isAllowedLink(const QString& target) {
    const QString scheme = QUrl(target, QUrl::TolerantMode).scheme().toLower();
    return scheme == QLatin1String("http") || scheme == QLatin1String("https") ||
           scheme == QLatin1String("mailto");
}

void InlineText::clear() {
    m_html.clear();
    m_links.clear();
}

QString InlineText::take() {
    m_links.clear();
    return std::exchange(m_html, QString());
}

void InlineText::add(QStringView text) {
    m_html.reserve(m_html.size() + text.size());
    for (const QChar c : text) {
        if (c == u'<')
            m_html += QLatin1String("&lt;");
        else if (c == u'>')
            m_html += QLatin1String("&gt;");
        else if (c == u'&')
            m_html += QLatin1String("&amp;");
        else if (c == u'"')
            m_html += QLatin1String("&quot;");
        else
            m_html += c;
    }
}

void InlineText::addEntity(const QString& entity) {
    const QStringView name = QStringView(entity).mid(1, entity.size() - 2);
    if (!name.startsWith(u'#')) {
        const auto found = namedEntities().constFind(name.toString());
        return add(found == namedEntities().cend() ? QStringView(entity) : QStringView(*found));
    }
    const bool hex = name.size() > 1 && (name[1] == u'x' || name[1] == u'X');
    bool ok = false;
    const uint code = hex ? name.mid(2).toUInt(&ok, 16) : name.mid(1).toUInt(&ok, 10);
    const bool character = ok && code != 0 && code <= 0x10ffff && !QChar::isSurrogate(code);
    add(character ? QString::fromUcs4(reinterpret_cast<const char32_t*>(&code), 1) : QString(QChar(0xfffd)));
}

void InlineText::open(const char* tag) {
    m_html += u'<';
    m_html += QLatin1String(tag);
    m_html += u'>';
}

void InlineText::close(const char* tag) {
    m_html += QLatin1String("</");
    m_html += QLatin1String(tag);
    m_html += u'>';
}

void InlineText::openLink(const QString& target) {
    m_links << isAllowedLink(target);
    if (!m_links.last()) return;
    m_html += QLatin1String("<a href=\"");
    add(target);
    m_html += QLatin1String("\">");
}

void InlineText::closeLink() {
    if (!m_links.isEmpty() && m_links.takeLast()) m_html += QLatin1String("</a>");
}

} // namespace ponder
