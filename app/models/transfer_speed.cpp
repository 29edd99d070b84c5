#include "app/models/transfer_speed.h"

#include <QCoreApplication>

#include <cmath>

namespace ponder {
namespace {

constexpr qint64 kWindowMs = 5000;
constexpr qint64 kShortestMs = 300; // below that a speed says nothing

struct TransferSpeedText {
    Q_DECLARE_TR_FUNCTIONS(TransferSpeed)
};

} // namespace

void TransferSpeed::add(qint64 ms, qint64 bytes) {
    if (!m_marks.isEmpty() && bytes < m_marks.last().bytes) m_marks.clear(); // begun anew
    m_marks.append({ms, bytes});
    while (m_marks.size() > 2 && ms - m_marks[1].ms >= kWindowMs)
        m_marks.removeFirst();
}

double TransferSpeed::bytesPerSecond() const {
    if (m_marks.size() < 2) return 0;
    const qint64 ms = m_marks.last().ms - m_marks.first().ms;
    return ms < kShortestMs ? 0 : double(m_marks.last().bytes - m_marks.first().bytes) * 1000.0 / double(ms);
}

qint64 TransferSpeed::secondsLeft(qint64 bytes) const {
    const double speed = bytesPerSecond();
    return speed < 1 || bytes < 0 ? -1 : qint64(std::ceil(double(bytes) / speed));
}

QString durationText(qint64 seconds) {
    if (seconds < 0) return {};
    if (seconds < 60) return TransferSpeedText::tr("%1 s").arg(seconds);
    if (seconds < 3600) return TransferSpeedText::tr("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
    return TransferSpeedText::tr("%1 h %2 min").arg(seconds / 3600).arg(seconds / 60 % 60);
}

} // namespace ponder
