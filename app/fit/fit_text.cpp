#include "app/fit/fit_text.h"

#include "app/models/byte_text.h"

#include <QCoreApplication>
#include <QLocale>

#include <cmath>

namespace ponder {
namespace {

struct FitText {
    Q_DECLARE_TR_FUNCTIONS(FitText)
};

constexpr double kSlow = 0.1; // tokens a second: the number would have one digit or none

QString sparing(const FitForecast& fit) {
    return FitText::tr("%1 to spare at %2").arg(memoryText(fit.spareBytes), contextText(fit.contextTokens));
}

QString missing(const FitForecast& fit) {
    return FitText::tr("%1 would need %2 more")
        .arg(contextText(fit.contextTokens), memoryText(-fit.spareBytes));
}

QString unfitDetail(const FitForecast& fit) {
    if (fit.spareBytes >= 0) return FitText::tr("too large for this device");
    const QString needed = memoryText(qint64(fit.memory.total())), more = memoryText(-fit.spareBytes);
    if (fit.better)
        return FitText::tr("needs %1, %2 more than there is; %3 would fit")
            .arg(needed, more, QString::fromStdString(std::string(nameOf(*fit.better))));
    if (fit.mappedBytes > 0)
        return FitText::tr("needs %1, %2 more than there is: that would be read from the disk as it answers")
            .arg(needed, more);
    return FitText::tr("needs %1, %2 more than there is").arg(needed, more);
}

} // namespace

QString verdictText(const FitForecast& fit) {
    switch (fit.verdict) {
    case FitVerdict::Fits:
        return FitText::tr("Fits");
    case FitVerdict::Tight:
        return FitText::tr("Tight");
    case FitVerdict::ShorterContext:
        return FitText::tr("Fits at %1").arg(contextText(fit.usedContext));
    case FitVerdict::Experts:
        return FitText::tr("Attention on the card, experts in memory");
    case FitVerdict::Split:
        return FitText::tr("%1 of %2 layers").arg(fit.gpuLayers).arg(fit.layers);
    case FitVerdict::DoesNotFit:
        break;
    }
    return FitText::tr("Does not fit");
}

QString verdictDetail(const FitForecast& fit) {
    switch (fit.verdict) {
    case FitVerdict::Fits:
    case FitVerdict::Tight:
        return sparing(fit);
    case FitVerdict::ShorterContext:
        return missing(fit);
    case FitVerdict::Experts:
        return FitText::tr("experts of %1 of %2 layers on the processor, %3 of memory")
            .arg(fit.expertLayers)
            .arg(fit.mixtures)
            .arg(memoryText(qint64(fit.processorBytes)));
    case FitVerdict::Split:
        return FitText::tr("the rest on the processor, %1 of memory")
            .arg(memoryText(qint64(fit.processorBytes)));
    case FitVerdict::DoesNotFit:
        break;
    }
    return unfitDetail(fit);
}

QString speedText(const SpeedForecast& speed) {
    if (speed.decodeTokensPerSecond <= 0) return {};
    const double rate = speed.decodeTokensPerSecond;
    if (rate < kSlow) return FitText::tr("≈ %1 s for a token").arg(QLocale().toString(1 / rate, 'f', 0));
    const QString number = QLocale().toString(rate, 'f', rate < 10 ? 1 : 0);
    return speed.source == SpeedSource::Measured ? FitText::tr("%1 tokens/s").arg(number)
                                                 : FitText::tr("≈ %1 tokens/s").arg(number);
}

QString sourceText(const SpeedForecast& speed) {
    if (speed.decodeTokensPerSecond <= 0) return {};
    const QString error = QLocale().toString(std::lround(speed.errorShare * 100));
    switch (speed.source) {
    case SpeedSource::Measured:
        return FitText::tr("measured here, ±%1 %").arg(error);
    case SpeedSource::Calibrated:
        return FitText::tr("estimated from other models here, ±%1 %").arg(error);
    case SpeedSource::Estimated:
        break;
    }
    return FitText::tr("estimated, ±%1 %").arg(error);
}

QString promptText(const SpeedForecast& speed) {
    if (speed.prefillTokensPerSecond <= 0) return {};
    const double seconds = 1000 / speed.prefillTokensPerSecond;
    return FitText::tr("reads 1,000 tokens in %1 s")
        .arg(QLocale().toString(seconds, 'f', seconds < 10 ? 1 : 0));
}

QString contextText(std::uint32_t tokens) {
    if (tokens >= 1024 && tokens % 1024 == 0) return FitText::tr("%1K").arg(tokens / 1024);
    if (tokens >= 10240) return FitText::tr("%1K").arg(tokens / 1024);
    return QLocale().toString(tokens);
}

const char* verdictName(FitVerdict verdict) {
    switch (verdict) {
    case FitVerdict::Fits:
        return "fits";
    case FitVerdict::Tight:
        return "tight";
    case FitVerdict::ShorterContext:
        return "shorter_context";
    case FitVerdict::Experts:
        return "experts_in_memory";
    case FitVerdict::Split:
        return "some_layers";
    case FitVerdict::DoesNotFit:
        break;
    }
    return "does_not_fit";
}

const char* sourceName(SpeedSource source) {
    switch (source) {
    case SpeedSource::Measured:
        return "measured";
    case SpeedSource::Calibrated:
        return "calibrated";
    case SpeedSource::Estimated:
        break;
    }
    return "estimated";
}

} // namespace ponder
