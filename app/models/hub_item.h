// What one downloads from a repository as one thing: a quantization (all its parts), or a folder of
// safetensors.
//
// Takes the repository's files; gives them grouped, smallest first, each with its label, size and whether
// anything is missing. Errors: NotOnHub (with the labels that come closest), BadArgument (several things have
// that name). Next station: download_queue.h.
#pragma once

#include "app/models/hub_repository.h"

namespace ponder {

struct HubItem {
    enum class Kind { Gguf, Safetensors, Adapter, Other };
    Kind kind = Kind::Other;
    QString label;        // "Q4_K_M", "safetensors", else the file's name
    QString name;         // of the file, or what all parts share
    QList<HubFile> files; // parts in order
    qint64 bytes = 0;
    int missingParts = 0;
    bool complete() const { return missingParts == 0; }
};

QList<HubItem> groupHubFiles(const HubRepository& repository);

// By quantization ("q4_k_m"), by a file's path or name, or by the name that all parts share.
Result<HubItem> chooseHubItem(const QList<HubItem>& items, const QString& wanted);

// "Q4_K_M" of "model-Q4_K_M.gguf"; empty where the name says none.
QString quantizationInName(const QString& fileName);

} // namespace ponder
