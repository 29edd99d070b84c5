#include "app/models/download_text.h"

#include "app/chat/error_text.h"
#include "app/models/byte_text.h"

#include <QCoreApplication>

#include <algorithm>

namespace ponder {
namespace {

struct DownloadText {
    Q_DECLARE_TR_FUNCTIONS(DownloadText)
};

QString runningText(const DownloadEntry& entry, qint64 nowMs) {
    switch (entry.phase) {
    case DownloadPhase::Checking:
        return entry.checkedBytes > 0
                   ? DownloadText::tr("checking what is there already: %1").arg(byteText(entry.checkedBytes))
                   : DownloadText::tr("checking what is there already");
    case DownloadPhase::Waiting: {
        const qint64 seconds = std::max<qint64>(1, (entry.waitsUntilMs - nowMs + 999) / 1000);
        const QString why = entry.waitsFor ? detailText(entry.waitsFor->detail) : QString();
        return DownloadText::tr("goes on in %1: %2").arg(durationText(seconds), why);
    }
    case DownloadPhase::Verifying:
        return DownloadText::tr("checking what has arrived");
    case DownloadPhase::Receiving: {
        const QString left = durationText(entry.speed.secondsLeft(entry.bytes() - entry.present()));
        return left.isEmpty() ? DownloadText::tr("loading") : DownloadText::tr("%1 left").arg(left);
    }
    case DownloadPhase::Idle:
    case DownloadPhase::Connecting:
        break;
    }
    return DownloadText::tr("connecting");
}

} // namespace

QString downloadAmountText(const DownloadEntry& entry) {
    if (entry.step == DownloadStep::Done) return byteText(entry.bytes());
    return DownloadText::tr("%1 of %2").arg(byteText(entry.present()), byteText(entry.bytes()));
}

QString downloadSpeedText(const DownloadEntry& entry) {
    const double speed = entry.speed.bytesPerSecond();
    return speed < 1 ? QString() : DownloadText::tr("%1/s").arg(byteText(qint64(speed)));
}

QString downloadStatusText(const DownloadEntry& entry, qint64 nowMs) {
    switch (entry.step) {
    case DownloadStep::Queued:
        return DownloadText::tr("waits for its turn");
    case DownloadStep::Running:
        return runningText(entry, nowMs);
    case DownloadStep::Paused:
        return DownloadText::tr("paused");
    case DownloadStep::Failed:
        return entry.error ? errorText(*entry.error) : QString();
    case DownloadStep::Done:
        break;
    }
    return DownloadText::tr("complete and checked");
}

} // namespace ponder
