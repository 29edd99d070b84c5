// What dropped or chosen things are: models that can be added, and everything else by its name.
//
// Takes files, folders and links; gives a row for each thing found, in their order. Any part of a split set
// stands for the set, a file of a Hugging Face folder for the folder, a folder for all models in it. Looks at
// names, headers and small JSON files only, changes nothing, opens nothing that is not an ordinary file, and
// stops where it is asked to. Whether a file can really be run is checked when it is added. Texts are
// translated. Owner: free functions. Thread: worker. Errors: a row that is refused says what it is, why it
// cannot be used and what would work. Next station: drop_preview.h, model_importer.h.
#pragma once

#include "engine/convert/folder_summary.h"

#include <QList>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <functional>
#include <memory>
#include <stop_token>

namespace ponder {

enum class RecognizedKind {
    Gguf,
    GgufPart,          // of a split set whose other parts are missing
    SafetensorsFolder, // as Hugging Face has them
    AwqFolder,         // the same, quantized by AWQ
    LoraGguf,          // an adapter for another model
    LoraFolder,        // the same as a PEFT folder
    OllamaModel,       // a manifest of Ollama
    Refused
};

struct RecognizedModel {
    RecognizedKind kind = RecognizedKind::Refused;
    QString path;  // of the first part, the folder, or what was refused
    QString title; // its name
    QString detail;
    QString quantization;
    qint64 bytes = 0;    // of all parts
    QStringList missing; // names of files that belong to it and are not there
    bool addable = false;
    bool convertible = false;                    // a folder that the conversion takes
    std::shared_ptr<const FolderSummary> folder; // of such a one
    QString reason;                              // why it cannot be added; empty where it can
    QString remedy;                              // what would work
};

// Folders are entered this deep and no more entries of them are looked at.
inline constexpr int kDeepestFolder = 6;
inline constexpr int kMostEntries = 5000;

// `found` is called for each row as it is found.
QList<RecognizedModel> recognize(const QList<QUrl>& urls, const std::stop_token& stop = {},
                                 const std::function<void(const RecognizedModel&)>& found = {});
inline bool isAdapter(const RecognizedModel& row) {
    return row.kind == RecognizedKind::LoraGguf || row.kind == RecognizedKind::LoraFolder;
}

QList<RecognizedModel> recognizePath(const QString& path, const std::stop_token& stop = {});

// The name that all parts of a split set share ("model-00002-of-00003.gguf" gives "model"), else the name.
QString splitSetName(const QString& fileName);

} // namespace ponder
