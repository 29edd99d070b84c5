// Numbers of bytes as people read them: "5.1 GB".
//
// Files are counted as disks are sold, in thousands; memory as it is sold, in powers of 1024: a card of "12
// GB" has 12 of these. Owner: free functions. Thread: any.
#pragma once

#include <QString>

namespace ponder {

// In the default QLocale.
QString byteText(qint64 bytes);                     // of files
QString memoryText(qint64 bytes, int decimals = 1); // decimals of gigabytes; none below

} // namespace ponder
