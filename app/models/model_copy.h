// Copies all parts of a model into a folder of its own in the models folder.
//
// Asks for the space first. Each part is written under another name, brought to the disk and renamed: what
// has its name is whole, also after a crash or a power cut. A copy that fails or is stopped leaves nothing
// behind; where a crash has cut one off, the next copy of the same files goes on after its whole parts. One
// copy at a time, in all processes. Owner: free function. Thread: worker. Errors: NoSpace, FileUnreadable,
// FileUnwritable, Cancelled. Next station: model_adding.h.
#pragma once

#include "engine/base/result.h"

#include <QString>
#include <QStringList>

#include <functional>
#include <stop_token>

namespace ponder {

using CopyProgress = std::function<void(qint64 done, qint64 all)>;

// Gives the paths of the copies, in the order of `parts`. `name` is that of the new folder; where there is
// one already, a number follows it.
Result<QStringList> copyModel(const QStringList& parts, const QString& modelsFolder, const QString& name,
                              const CopyProgress& progress, const std::stop_token& stop);

// Deletes files of the models folder, and their folder where it is empty then.
void deleteCopies(const QStringList& paths);

} // namespace ponder
