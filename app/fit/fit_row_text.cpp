#include "app/fit/fit_row_text.h"

#include "app/fit/fit_text.h"
#include "app/models/byte_text.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace ponder {
namespace {

struct FitRowText {
    Q_DECLARE_TR_FUNCTIONS(FitRowText)
};

bool fits(const FitRow& row) {
    return std::any_of(row.choices.begin(), row.choices.end(), [](const FitChoice& choice) {
        return choice.known && choice.fit.verdict != FitVerdict::DoesNotFit;
    });
}

} // namespace

QString verdictKey(const FitChoice& choice) {
    return choice.known ? QLatin1String(verdictName(choice.fit.verdict)) : QString();
}

QString verdictWords(const FitChoice& choice) { return choice.known ? verdictText(choice.fit) : QString(); }

QString verdictReason(const FitChoice& choice) {
    return choice.known ? verdictDetail(choice.fit) : QString();
}

QString whereText(const FitChoice& choice) {
    if (choice.missing) return FitRowText::tr("its file is not there any more");
    return choice.path.isEmpty() ? FitRowText::tr("not downloaded") : FitRowText::tr("on this computer");
}

QString actionOf(const FitRow& row, const FitChoice& choice) {
    if (choice.missing) return QStringLiteral("locate");
    if (!choice.path.isEmpty()) return QStringLiteral("chat");
    if (row.entry && row.entry->download(choice.quantization)) return QStringLiteral("download");
    return row.entry && row.entry->converts() ? QStringLiteral("convert") : QStringLiteral("machines");
}

QString downloadWarning(const FitChoice& choice, const QString& deviceName) {
    if (!choice.known || choice.fit.verdict != FitVerdict::DoesNotFit) return {};
    return FitRowText::tr("This model does not fit %1: %2.").arg(deviceName, verdictDetail(choice.fit));
}

QVariantList choicesOf(const FitRow& row) {
    QVariantList list;
    for (const FitChoice& one : row.choices)
        list << QVariantMap{{QStringLiteral("name"), one.quantization},
                            {QStringLiteral("verdict"), verdictKey(one)},
                            {QStringLiteral("verdictText"), one.known ? verdictText(one.fit) : QString()},
                            {QStringLiteral("verdictDetail"), one.known ? verdictDetail(one.fit) : QString()},
                            {QStringLiteral("sizeText"), byteText(qint64(one.bytes))},
                            {QStringLiteral("quality"), one.quality ? *one.quality : 0},
                            {QStringLiteral("here"), !one.path.isEmpty()}};
    return list;
}

QString scoresText(const CatalogueModel* entry) {
    QStringList scores;
    if (entry)
        for (const CatalogueBenchmark& benchmark : entry->benchmarks)
            scores << QStringLiteral("%1 %2").arg(benchmark.name, QLocale().toString(benchmark.score));
    return scores.join(QStringLiteral(" · "));
}

bool isHere(const FitRow& row) {
    return std::any_of(row.choices.begin(), row.choices.end(),
                       [](const FitChoice& choice) { return !choice.path.isEmpty(); });
}

bool passes(const FitRow& row, const QString& filter) {
    if (filter == u"all") return true;
    if (filter == u"here") return isHere(row);
    if (filter == u"fits") return fits(row);
    return row.languages.contains(filter);
}

} // namespace ponder
