// Formats that are known by name and cannot be used here: what each is, why not, and what would work.
//
// A file is told by its first bytes, then by its name. Nothing of it is run or unpacked; a PyTorch file is a
// program and is never read further. Owner: free functions. Thread: any. Source of the magic numbers: the
// formats' own descriptions. Next station: recognition.h.
#pragma once

#include "app/models/recognition.h"

#include <QByteArray>
#include <QFileInfo>

#include <optional>

namespace ponder {

enum class RefusedFormat {
    PyTorch,
    Archive,
    Unfinished,
    GitLfsPointer,
    WebPage,
    Empty,
    OldGgml,
    GgufVersion1,
    BigEndianGguf,
    PictureReader, // mmproj
    VocabularyOnly,
    ImportanceMatrix,
    LooseSafetensors,
    Onnx,
    Mlx,
    Gptq,
    Exl,
    BitsAndBytes,
    OtherQuantization,
    TensorRt,
    CoreMl,
    TensorFlow,
    Flax,
    Modelfile,
    OtherAdapter, // a PEFT folder that is no LoRA
    NotAModel,
    FolderWithoutModel,
    Gone,
    BrokenLink,
    NoPermission,
    NotAFile,
    Link
};

inline constexpr qint64 kHeadBytes = 512; // enough to tell a file by

// Nothing where the file may be a GGUF model or a safetensors file.
std::optional<RefusedFormat> refusedFile(const QFileInfo& file, const QByteArray& head);
// By config.json of a Hugging Face folder; nothing where its weights may be usable. `quantization` gets the
// method's name.
std::optional<RefusedFormat> refusedConfig(const class QJsonObject& config, QString& quantization);
// What a folder without usable weights holds, by the names in it.
RefusedFormat refusedFolder(const QString& folderName, const QStringList& names);

RecognizedModel refused(const QString& path, RefusedFormat format);

} // namespace ponder
