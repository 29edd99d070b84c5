// Whether a file lies on something that can be pulled out: a stick, a card, a disc, a mounted phone.
//
// A model there is copied, because it would be gone with its medium. Owner: free functions. Thread: worker:
// the file system is asked. Errors: none; what cannot be found out counts as fixed. Next station:
// model_adding.h.
#pragma once

#include <QString>

namespace ponder {

// What is known of the file system that holds a file.
struct MountedMedium {
    QString root;       // where it is mounted
    QString device;     // "/dev/sdb1"
    QString fileSystem; // "vfat"
};

bool isRemovable(const MountedMedium& medium, const QString& sysBlock = QStringLiteral("/sys/class/block"));
bool onRemovableMedia(const QString& path);

} // namespace ponder
