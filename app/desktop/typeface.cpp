#include "app/desktop/typeface.h"

#include <QFontDatabase>
#include <QGuiApplication>
#include <QScreen>

namespace ponder {
namespace {

QStringList cjkFamilies(const QString& language) {
    const QStringList chinese{QStringLiteral("Noto Sans CJK SC"), QStringLiteral("Noto Sans SC"),
                              QStringLiteral("Source Han Sans SC"), QStringLiteral("PingFang SC"),
                              QStringLiteral("Microsoft YaHei")};
    const QStringList korean{QStringLiteral("Noto Sans CJK KR"), QStringLiteral("Noto Sans KR"),
                             QStringLiteral("Source Han Sans KR"), QStringLiteral("Apple SD Gothic Neo"),
                             QStringLiteral("Malgun Gothic")};
    return language == QLatin1String("ko") ? korean + chinese : chinese + korean;
}

// QFont keeps whole pixels only; points take fractions and mean the same at the screen's own resolution.
void setSize(QFont& font, double pixels) {
    const QScreen* screen = QGuiApplication::primaryScreen();
    const double dotsPerInch = screen ? screen->logicalDotsPerInchY() : 96.0;
    font.setPointSizeF(pixels * 72.0 / dotsPerInch);
}

} // namespace

Typeface::Typeface(QObject* parent) : QObject(parent), m_families(QFontDatabase::families()) {}

QStringList Typeface::installed(const QStringList& wanted) const {
    QStringList found;
    for (const QString& family : wanted)
        if (m_families.contains(family)) found << family;
    return found;
}

QFont Typeface::text(const QString& language, double pixels, int weight) const {
    QStringList latin = installed({QStringLiteral("Inter"), QStringLiteral("Inter Variable")});
    if (latin.isEmpty()) latin << QFontDatabase::systemFont(QFontDatabase::GeneralFont).family();
    QFont font;
    font.setFamilies(latin + installed(cjkFamilies(language)));
    font.setWeight(QFont::Weight(weight));
    font.setHintingPreference(QFont::PreferNoHinting);
    setSize(font, pixels);
    return font;
}

QFont Typeface::code(const QString& language, double pixels) const {
    QStringList fixed =
        installed({QStringLiteral("JetBrains Mono"), QStringLiteral("Noto Sans Mono"),
                   QStringLiteral("DejaVu Sans Mono"), QStringLiteral("Menlo"), QStringLiteral("Consolas")});
    if (fixed.isEmpty()) fixed << QFontDatabase::systemFont(QFontDatabase::FixedFont).family();
    QFont font;
    font.setFamilies(fixed + installed(cjkFamilies(language)));
    font.setFixedPitch(true);
    setSize(font, pixels);
    return font;
}

QString Typeface::codeFamilies(const QString& language) const {
    QStringList quoted;
    for (const QString& family : code(language, 14).families())
        quoted << QLatin1Char('\'') + family + QLatin1Char('\'');
    return quoted.join(QStringLiteral(", "));
}

} // namespace ponder
