#include "app/fit/drop_hints.h"

#include "app/fit/conversion_fit.h"
#include "app/fit/fit_text.h"
#include "app/models/byte_text.h"

#include <QCoreApplication>

namespace ponder {
namespace {

struct DropText {
    Q_DECLARE_TR_FUNCTIONS(DropHints)
};

QVariantMap hintsOf(const FitForecast& fit) {
    return {{QStringLiteral("verdict"), QLatin1String(verdictName(fit.verdict))},
            {QStringLiteral("verdictText"), verdictText(fit)},
            {QStringLiteral("verdictDetail"), verdictDetail(fit)},
            {QStringLiteral("speedText"), speedText(fit.speed)},
            {QStringLiteral("sourceText"), sourceText(fit.speed)}};
}

} // namespace

QVariantMap DropHints::of(const RecognizedModel& thing) {
    const bool file = thing.kind == RecognizedKind::Gguf && thing.addable;
    if (!file && !thing.folder) return {};
    if (m_fit.machine().info.memoryBytes == 0) {
        if (!m_fit.busy()) m_fit.refresh();
        return {};
    }
    if (const auto known = m_known.constFind(thing.path); known != m_known.constEnd()) return *known;
    FitQuestion question;
    question.contextTokens = std::uint32_t(m_fit.contextTokens());
    const QVariantMap hints = file ? ofFile(thing.path, question) : ofFolder(*thing.folder, question);
    return *m_known.insert(thing.path, hints);
}

QVariantMap DropHints::ofFile(const QString& path, const FitQuestion& question) const {
    const auto model = FitModel::open(path.toStdU16String());
    return model ? hintsOf(forecastFit(*model, m_fit.machine(), question)) : QVariantMap();
}

// As the choice that the conversion suggests.
QVariantMap DropHints::ofFolder(const FolderSummary& folder, const FitQuestion& question) const {
    const std::vector<FitChoice> choices = folderChoices(folder, m_fit.machine(), question);
    if (choices.empty()) return {};
    const FitChoice& choice = choices[suggestedChoice(choices)];
    QVariantMap hints = hintsOf(choice.fit);
    hints.insert(QStringLiteral("verdictDetail"),
                 DropText::tr("as %1: %2").arg(choice.quantization, verdictDetail(choice.fit)));
    hints.insert(QStringLiteral("target"),
                 QString(choice.quantization + u' ' + byteText(qint64(choice.bytes))));
    return hints;
}

} // namespace ponder
