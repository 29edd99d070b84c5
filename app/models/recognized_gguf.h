// One GGUF file, or the split set that it is part of, looked at through its header.
//
// Takes the path of an ordinary file that begins as GGUF does. Owner: free function. Thread: worker. Errors:
// a refused row. Next station: recognition.h.
#pragma once

#include "app/models/recognition.h"
#include "engine/base/error.h"

#include <QCoreApplication>

namespace ponder {

// What is said of files, folders and manifests alike.
struct RecognitionText {
    Q_DECLARE_TR_FUNCTIONS(Recognition)
};

RecognizedModel recognizeGguf(const QString& path);

// An error as a reason: with the file's name in place of its path.
QString reasonText(const QString& path, Error error);

} // namespace ponder
