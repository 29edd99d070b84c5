// What a download is doing, in the words of the user's language.
//
// Owner: free functions. Thread: GUI, or main. Next station: download_model.h, the download subcommand.
#pragma once

#include "app/models/download_entry.h"

namespace ponder {

QString downloadAmountText(const DownloadEntry& entry);               // "1.2 GB of 4.7 GB"
QString downloadSpeedText(const DownloadEntry& entry);                // "12 MB/s", or nothing
QString downloadStatusText(const DownloadEntry& entry, qint64 nowMs); // "waiting 8 s: ...", "paused"

} // namespace ponder
