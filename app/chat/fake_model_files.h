// Files that begin like those of a model and hold nothing behind: for the pictures of what is dropped.
//
// Takes a model of the catalogue and a quantization; writes its GGUF header and leaves the rest of the file a
// hole, so that it takes no room on the disk. Owner: free functions. Thread: any. Errors: an empty path where
// the file cannot be written. Next station: models/recognition.h, by way of a drop.
#pragma once

#include <QString>

namespace ponder {

// Gives the path. Of several parts only the first is written.
QString writeModelOutline(const QString& folder, const QString& catalogueId, const QString& quantization,
                          int parts = 1);
// NAME.gguf: a LoRA adapter of rank 8 for one matrix of that model, all zeros.
QString writeAdapterOutline(const QString& folder, const QString& name, const QString& catalogueId);
// A file that begins like this and is so long, the rest of it a hole.
bool writeOutlineFile(const QString& path, const QByteArray& begin, qint64 bytes = 0);

} // namespace ponder
