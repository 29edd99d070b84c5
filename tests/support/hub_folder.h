// A folder of tests/data as the files of a repository on the test hub.
#pragma once

#include "tests/support/hub_server.h"
#include "tests/support/model_folders.h"

#include <QDirIterator>

namespace ponder::test {

// Without what is beside the model for tests: expected.*
inline QList<HubServer::File> hubFilesOf(const char* folder) {
    QList<HubServer::File> files;
    for (QDirIterator it(QString::fromStdString(modelFolder(folder).string()), QDir::Files); it.hasNext();) {
        QFile file(it.next());
        if (!it.fileName().startsWith(u"expected.") && file.open(QIODevice::ReadOnly))
            files.append({it.fileName(), file.readAll(), it.fileName().endsWith(u".safetensors")});
    }
    return files;
}

} // namespace ponder::test
