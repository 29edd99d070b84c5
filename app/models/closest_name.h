// Names that come closest to one that does not exist.
//
// Takes the name and the ones there are; gives at most five, best first. Owner: free functions. Thread: any.
// Next station: the particulars of a NotOnHub error.
#pragma once

#include "engine/base/detail.h"

#include <QString>
#include <QStringList>

namespace ponder {

QStringList closestNames(const QString& name, const QStringList& known);

Detail closestDetail(const QString& name, const QStringList& known);

} // namespace ponder
