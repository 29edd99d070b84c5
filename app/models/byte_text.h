// Numbers of bytes as people read them: "5.1 GB".
//
// Owner: free function. Thread: any. Source: SI prefixes, as disks and files are sold.
#pragma once

#include <QString>

namespace ponder {

QString byteText(qint64 bytes); // in the default QLocale

} // namespace ponder
