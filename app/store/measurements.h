// What replies on this machine have shown: how quickly a device ran a model, and what memory that took.
//
// Previous station: a finished reply (chat/reply_measure.h). Next station: measurement_table.h keeps them,
// fit/speed_forecast.h learns from them.
#pragma once

#include <QString>

#include <cstdint>

namespace ponder {

struct MeasuredSpeed {
    QString device;                    // its name, as the driver says it
    QString model;                     // path of its first part
    std::uint64_t bytesPerToken = 0;   // weights that a token reads
    std::uint64_t cacheBytes = 0;      // keys and values that a token in the middle of the reply read
    std::uint64_t parameters = 0;      // that each token of a prompt is multiplied with
    double decodeTokensPerSecond = 0;  // 0: the reply was too short to tell
    double prefillTokensPerSecond = 0; // 0: the prompt was too short to tell
    qint64 when = 0;                   // milliseconds since 1970
    bool quiet = false;                // nobody else was at work; before version 4 of the store nobody looked
};

// The fit hint's promise and what became of it.
struct MemoryReceipt {
    QString device;
    QString model;
    int contextTokens = 0;            // in use when it was read
    std::uint64_t predictedBytes = 0; // for so many tokens
    std::uint64_t usedBytes = 0;      // as the operating system or the driver says
    qint64 when = 0;
};

} // namespace ponder
