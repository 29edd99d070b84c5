// What somebody dropped on the window: which model file to open, or why none.
//
// Looks at names and first bytes only. Any part of a split set stands for the whole set. Other formats are
// named, with what would work instead. Owner: free functions. Thread: any. Next station: ModelLibrary.
#pragma once

#include <QList>
#include <QString>
#include <QUrl>

namespace ponder {

struct DroppedModel {
    QString path;   // to open; empty where nothing can be
    QString title;  // translated: the model's file name, or what is wrong
    QString detail; // translated: its size, or what would work
    bool ok() const { return !path.isEmpty(); }
};

DroppedModel chooseDropped(const QList<QUrl>& urls);

// The name that all parts of a split set share ("model-00002-of-00003.gguf" gives "model"), else the name.
QString splitSetName(const QString& fileName);

} // namespace ponder
