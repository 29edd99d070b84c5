// One model of the library, as it is kept: where its file is, what the file says, what the user chose.
//
// Next station: model_table.h (to and from SQL), models/library_model.h.
#pragma once

#include "app/store/model_settings.h"

#include <QStringList>

namespace ponder {

// How the model came here. "Owned" files lie in the models folder and may be deleted with their entry.
enum class ModelSource { File, Ollama, LmStudio, Converted, Downloaded, Copied };

QString sourceName(ModelSource source);
ModelSource sourceFromName(const QString& name); // File where the name is not known

struct ModelRecord {
    QString id;    // given once, kept when the file moves
    QString path;  // of the first part
    QString title; // given by the user, or empty
    QString name;  // as the file says it
    QString family;
    QString architecture;
    QString quantization;
    qint64 bytes = 0; // of all parts
    QString licence;
    QStringList languages; // "en", "ko", as the file says them
    ModelSource source = ModelSource::File;
    quint64 fingerprint = 0; // engine/file/fingerprint.h; 0: not known
    qint64 parameters = 0;   // values in all tensors
    int layers = 0;
    int trainedContext = 0;
    qint64 added = 0; // milliseconds since 1970, UTC
    qint64 lastUsed = 0;
    bool recent = false; // on the list of recently used models
    ModelSettings settings;

    QString label() const { return title.isEmpty() ? name : title; }
    bool owned() const {
        return source == ModelSource::Converted || source == ModelSource::Downloaded ||
               source == ModelSource::Copied;
    }
};

} // namespace ponder
