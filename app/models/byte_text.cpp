#include "app/models/byte_text.h"

#include <QLocale>

namespace ponder {

QString byteText(qint64 bytes) {
    const int decimals = bytes < 1000000000 ? 0 : 1;
    return QLocale().formattedDataSize(qMax<qint64>(bytes, 0), decimals, QLocale::DataSizeSIFormat);
}

QString memoryText(qint64 bytes, int decimals) {
    const int shown = bytes < (qint64{1} << 30) ? 0 : decimals; // of gigabytes
    return QLocale().formattedDataSize(qMax<qint64>(bytes, 0), shown, QLocale::DataSizeTraditionalFormat);
}

} // namespace ponder
