// The devices of this machine that can be used, as rows of a test: each runs on all of them.
#pragma once

#include "engine/engine.h"

#include <QTest>

namespace ponder::test {

inline QStringList usableDevices() {
    QStringList out;
    for (const DeviceInfo& device : listDevices())
        if (device.unusable.empty()) out.append(QString::fromStdString(device.id));
    return out;
}

// The column "device". Of initTestCase_data(), it is every test's (QFETCH_GLOBAL).
inline void deviceRows(const QStringList& devices = usableDevices()) {
    QTest::addColumn<QString>("device");
    for (const QString& device : devices)
        QTest::addRow("%s", qPrintable(device)) << device;
}

} // namespace ponder::test
