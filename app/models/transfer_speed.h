// How fast bytes come, over the last seconds, and how long the rest will take.
//
// Thread: one. Next station: download_model.h, the download subcommand.
#pragma once

#include <QList>
#include <QString>
#include <QtGlobal>

namespace ponder {

class TransferSpeed {
public:
    void begin() { m_marks.clear(); }
    void add(qint64 ms, qint64 bytes);      // all bytes so far, at a time of a clock that never goes back
    double bytesPerSecond() const;          // 0: not known yet
    qint64 secondsLeft(qint64 bytes) const; // -1: not known

private:
    struct Mark {
        qint64 ms, bytes;
    };
    QList<Mark> m_marks;
};

QString durationText(qint64 seconds); // "3 min 20 s", translated; empty where not known

} // namespace ponder
