#include "app/models/refused_format.h"

#include <QCoreApplication>
#include <QJsonObject>

#include <algorithm>
#include <array>
#include <string_view>

namespace ponder {
namespace {

using namespace std::string_view_literals;
using Format = RefusedFormat;

struct FormatText {
    Format format;
    const char* reason; // what it is, and why that cannot be used
    const char* remedy;
};

constexpr auto kUseGguf =
    QT_TRANSLATE_NOOP("Recognition", "Use a GGUF or safetensors version of this model.");
constexpr auto kDownloadAgain = QT_TRANSLATE_NOOP("Recognition", "Download it again.");

constexpr std::array kTexts{
    FormatText{Format::PyTorch,
               QT_TRANSLATE_NOOP("Recognition", "PyTorch weights. Such files can run programs when they are "
                                                "opened, so they are not read."),
               QT_TRANSLATE_NOOP("Recognition", "Use a GGUF or safetensors version of this model, or convert "
                                                "it to safetensors with the tools of its makers.")},
    FormatText{Format::Archive, QT_TRANSLATE_NOOP("Recognition", "An archive; what is in it cannot be used."),
               QT_TRANSLATE_NOOP("Recognition", "Unpack it and drop what was in it.")},
    FormatText{Format::Unfinished, QT_TRANSLATE_NOOP("Recognition", "An unfinished download."),
               QT_TRANSLATE_NOOP("Recognition", "Let it finish, then drop the finished file.")},
    FormatText{Format::GitLfsPointer,
               QT_TRANSLATE_NOOP("Recognition", "A Git LFS pointer; the weights were not downloaded."),
               QT_TRANSLATE_NOOP("Recognition", "Run \"git lfs pull\" in its folder and drop it again.")},
    FormatText{Format::WebPage,
               QT_TRANSLATE_NOOP("Recognition", "A web page that was saved in place of the model."),
               QT_TRANSLATE_NOOP("Recognition", "Download it again; some models ask you to log in first.")},
    FormatText{Format::Empty, QT_TRANSLATE_NOOP("Recognition", "The file is empty."), kDownloadAgain},
    FormatText{Format::OldGgml,
               QT_TRANSLATE_NOOP("Recognition", "A file in the old GGML format, from before GGUF."),
               kUseGguf},
    FormatText{Format::GgufVersion1,
               QT_TRANSLATE_NOOP("Recognition", "GGUF version 1; versions 2 and 3 can be read."),
               QT_TRANSLATE_NOOP("Recognition", "Download a newer GGUF file of this model.")},
    FormatText{Format::BigEndianGguf,
               QT_TRANSLATE_NOOP("Recognition", "A GGUF file for big-endian computers."),
               QT_TRANSLATE_NOOP("Recognition", "Use the usual GGUF file of this model.")},
    FormatText{Format::PictureReader,
               QT_TRANSLATE_NOOP("Recognition", "The part of a model that sees pictures (mmproj); it cannot "
                                                "answer alone."),
               QT_TRANSLATE_NOOP("Recognition", "Drop the GGUF file of the model itself.")},
    FormatText{Format::VocabularyOnly, QT_TRANSLATE_NOOP("Recognition", "A vocabulary without weights."),
               QT_TRANSLATE_NOOP("Recognition", "Drop the GGUF file of the model itself.")},
    FormatText{Format::ImportanceMatrix,
               QT_TRANSLATE_NOOP("Recognition", "An importance matrix for quantizing; it is not a model."),
               QT_TRANSLATE_NOOP("Recognition", "Drop the GGUF file of the model itself.")},
    FormatText{
        Format::LooseSafetensors,
        QT_TRANSLATE_NOOP("Recognition", "Safetensors weights without the files that describe them."),
        QT_TRANSLATE_NOOP("Recognition", "Drop the whole folder, with config.json and the tokenizer.")},
    FormatText{Format::Onnx, QT_TRANSLATE_NOOP("Recognition", "An ONNX model, made for other programs."),
               kUseGguf},
    FormatText{Format::Mlx,
               QT_TRANSLATE_NOOP("Recognition", "MLX weights, made for programs on Apple computers."),
               kUseGguf},
    FormatText{Format::Gptq,
               QT_TRANSLATE_NOOP("Recognition", "Weights quantized by GPTQ, which cannot be converted."),
               QT_TRANSLATE_NOOP("Recognition", "Use a GGUF file, the AWQ version or the unquantized "
                                                "safetensors version of this model.")},
    FormatText{Format::Exl,
               QT_TRANSLATE_NOOP("Recognition", "Weights quantized for ExLlama (EXL2, EXL3), which cannot be "
                                                "converted."),
               kUseGguf},
    FormatText{
        Format::BitsAndBytes,
        QT_TRANSLATE_NOOP("Recognition", "Weights quantized by bitsandbytes, which cannot be converted."),
        kUseGguf},
    FormatText{Format::OtherQuantization,
               QT_TRANSLATE_NOOP("Recognition", "Weights quantized in a way that cannot be converted."),
               kUseGguf},
    FormatText{Format::TensorRt,
               QT_TRANSLATE_NOOP("Recognition", "A TensorRT engine, built for one graphics card."), kUseGguf},
    FormatText{Format::CoreMl,
               QT_TRANSLATE_NOOP("Recognition", "A Core ML model, made for programs on Apple computers."),
               kUseGguf},
    FormatText{Format::TensorFlow,
               QT_TRANSLATE_NOOP("Recognition", "A TensorFlow or Keras model, made for other programs."),
               kUseGguf},
    FormatText{Format::Flax, QT_TRANSLATE_NOOP("Recognition", "Flax weights, made for other programs."),
               kUseGguf},
    FormatText{Format::Modelfile,
               QT_TRANSLATE_NOOP("Recognition", "A recipe of Ollama (Modelfile); the weights are elsewhere."),
               QT_TRANSLATE_NOOP("Recognition", "Drop the GGUF file that its FROM line names.")},
    FormatText{Format::OtherAdapter,
               QT_TRANSLATE_NOOP("Recognition", "An adapter of another kind than LoRA."),
               QT_TRANSLATE_NOOP("Recognition", "Use a LoRA adapter, or a model it has been merged into.")},
    FormatText{Format::NotAModel, QT_TRANSLATE_NOOP("Recognition", "This is not a model file."),
               QT_TRANSLATE_NOOP("Recognition", "Drop a GGUF file (its name ends in .gguf) or the folder of "
                                                "a model.")},
    FormatText{Format::FolderWithoutModel,
               QT_TRANSLATE_NOOP("Recognition", "There is no model in this folder."),
               QT_TRANSLATE_NOOP("Recognition", "Drop a GGUF file (its name ends in .gguf) or the folder of "
                                                "a model.")},
    FormatText{Format::Gone, QT_TRANSLATE_NOOP("Recognition", "It is not there any more."),
               QT_TRANSLATE_NOOP("Recognition", "Check the disk that it was on.")},
    FormatText{Format::BrokenLink, QT_TRANSLATE_NOOP("Recognition", "A link to something that is not there."),
               QT_TRANSLATE_NOOP("Recognition", "Drop the file itself.")},
    FormatText{Format::NoPermission, QT_TRANSLATE_NOOP("Recognition", "You are not allowed to read it."),
               QT_TRANSLATE_NOOP("Recognition", "Change its permissions, then drop it again.")},
    FormatText{Format::NotAFile,
               QT_TRANSLATE_NOOP("Recognition", "This is neither an ordinary file nor a folder."),
               QT_TRANSLATE_NOOP("Recognition", "Drop a GGUF file (its name ends in .gguf) or the folder of "
                                                "a model.")},
    FormatText{Format::Link, QT_TRANSLATE_NOOP("Recognition", "This is a link, not a file."),
               QT_TRANSLATE_NOOP("Recognition", "Download the model, then drop the file.")},
};

struct Magic {
    std::size_t offset;
    std::string_view bytes;
    Format format;
};

constexpr std::array kMagics{
    Magic{0, "lmgg"sv, Format::OldGgml},
    Magic{0, "fmgg"sv, Format::OldGgml},
    Magic{0, "tjgg"sv, Format::OldGgml},
    Magic{0, "algg"sv, Format::OldGgml},
    Magic{0, "FUGG"sv, Format::BigEndianGguf},
    Magic{0, "version https://git-lfs"sv, Format::GitLfsPointer},
    Magic{0, "\x1f\x8b"sv, Format::Archive},                      // gzip
    Magic{0, "7z\xbc\xaf\x27\x1c"sv, Format::Archive},            // 7-Zip
    Magic{0, "\xfd\x37zXZ\0"sv, Format::Archive},                 // xz
    Magic{0, "\x28\xb5\x2f\xfd"sv, Format::Archive},              // Zstandard
    Magic{0, "BZh"sv, Format::Archive},                           // bzip2
    Magic{0, "Rar!"sv, Format::Archive},                          //
    Magic{257, "ustar"sv, Format::Archive},                       // tar
    Magic{0, "\x89HDF\r\n"sv, Format::TensorFlow},                // Keras
    Magic{4, "TFL3"sv, Format::TensorFlow},                       // TensorFlow Lite
    Magic{0, "\x80\x02\x8a\x0al\xfc\x9c\x46"sv, Format::PyTorch}, // before ZIP
};

struct Suffix {
    std::string_view suffix;
    Format format;
};

constexpr std::array kSuffixes{Suffix{"part", Format::Unfinished},
                               Suffix{"crdownload", Format::Unfinished},
                               Suffix{"aria2", Format::Unfinished},
                               Suffix{"download", Format::Unfinished},
                               Suffix{"partial", Format::Unfinished},
                               Suffix{"incomplete", Format::Unfinished},
                               Suffix{"opdownload", Format::Unfinished},
                               Suffix{"bin", Format::PyTorch},
                               Suffix{"pt", Format::PyTorch},
                               Suffix{"pth", Format::PyTorch},
                               Suffix{"ckpt", Format::PyTorch},
                               Suffix{"pkl", Format::PyTorch},
                               Suffix{"onnx", Format::Onnx},
                               Suffix{"onnx_data", Format::Onnx},
                               Suffix{"engine", Format::TensorRt},
                               Suffix{"plan", Format::TensorRt},
                               Suffix{"trt", Format::TensorRt},
                               Suffix{"mlmodel", Format::CoreMl},
                               Suffix{"h5", Format::TensorFlow},
                               Suffix{"keras", Format::TensorFlow},
                               Suffix{"tflite", Format::TensorFlow},
                               Suffix{"msgpack", Format::Flax},
                               Suffix{"zip", Format::Archive},
                               Suffix{"tar", Format::Archive},
                               Suffix{"gz", Format::Archive},
                               Suffix{"tgz", Format::Archive},
                               Suffix{"7z", Format::Archive},
                               Suffix{"xz", Format::Archive},
                               Suffix{"zst", Format::Archive},
                               Suffix{"rar", Format::Archive},
                               Suffix{"imatrix", Format::ImportanceMatrix}};

std::optional<Format> bySuffix(const QString& name) {
    const QByteArray suffix = name.section(u'.', -1).toLower().toUtf8();
    if (!name.contains(u'.')) return std::nullopt;
    for (const Suffix& known : kSuffixes)
        if (suffix == QByteArrayView(known.suffix.data(), qsizetype(known.suffix.size())))
            return known.format;
    return std::nullopt;
}

bool isWebPage(const QByteArray& head) {
    const QByteArray start = head.trimmed().left(64).toLower();
    return start.startsWith("<!doctype") || start.startsWith("<html") || start.startsWith("<head") ||
           start.startsWith("<?xml");
}

std::optional<Format> byMagic(const QByteArray& head) {
    const std::string_view bytes(head.constData(), std::size_t(head.size()));
    for (const Magic& magic : kMagics)
        if (bytes.size() > magic.offset && bytes.substr(magic.offset).starts_with(magic.bytes))
            return magic.format;
    if (!bytes.starts_with("GGUF") || bytes.size() < 8) return std::nullopt;
    if (bytes.substr(4, 4) == "\1\0\0\0"sv) return Format::GgufVersion1;
    // A small number written by a big-endian computer has its lower half empty.
    if (bytes.substr(4, 2) == "\0\0"sv) return Format::BigEndianGguf;
    return std::nullopt;
}

bool anyEndsWith(const QStringList& names, std::initializer_list<const char*> endings) {
    return std::any_of(names.cbegin(), names.cend(), [&](const QString& name) {
        return std::any_of(endings.begin(), endings.end(), [&](const char* ending) {
            return name.endsWith(QLatin1String(ending), Qt::CaseInsensitive);
        });
    });
}

} // namespace

std::optional<RefusedFormat> refusedFile(const QFileInfo& file, const QByteArray& head) {
    const std::optional<Format> named = bySuffix(file.fileName());
    if (named == Format::Unfinished) return named;
    // aria2 makes the file as large as it will be and keeps its list of pieces beside it.
    if (QFileInfo::exists(file.filePath() + QStringLiteral(".aria2"))) return Format::Unfinished;
    if (head.isEmpty()) return Format::Empty;
    if (const std::optional<Format> found = byMagic(head)) return found;
    if (isWebPage(head)) return Format::WebPage;
    if (head.startsWith("PK\x03\x04")) return named == Format::PyTorch ? named : Format::Archive;
    if (head.startsWith("GGUF")) return std::nullopt;
    if (named) return named;
    const QString suffix = file.suffix().toLower();
    if (suffix == u"gguf" || suffix == u"safetensors") return std::nullopt;
    if (file.fileName().startsWith(QLatin1String("Modelfile"))) return Format::Modelfile;
    return Format::NotAModel;
}

std::optional<RefusedFormat> refusedConfig(const QJsonObject& config, QString& quantization) {
    const QJsonObject method = config.value(QLatin1String("quantization_config")).toObject();
    quantization = method.value(QLatin1String("quant_method")).toString().toLower();
    if (quantization == u"awq") return std::nullopt;
    if (quantization == u"gptq") return Format::Gptq;
    if (quantization.startsWith(QLatin1String("exl"))) return Format::Exl;
    if (quantization.contains(QLatin1String("bitsandbytes")) ||
        method.contains(QLatin1String("load_in_4bit")))
        return Format::BitsAndBytes;
    // MLX writes its own key, with group size and bits and without a method.
    const QJsonObject mlx = config.value(QLatin1String("quantization")).toObject();
    if (mlx.contains(QLatin1String("group_size")) && mlx.contains(QLatin1String("bits"))) return Format::Mlx;
    if (!quantization.isEmpty()) return Format::OtherQuantization;
    return std::nullopt;
}

RefusedFormat refusedFolder(const QString& folderName, const QStringList& names) {
    if (folderName.endsWith(QLatin1String(".mlpackage")) || folderName.endsWith(QLatin1String(".mlmodelc")) ||
        anyEndsWith(names, {".mlpackage", ".mlmodelc", ".mlmodel"}))
        return Format::CoreMl;
    if (names.contains(QLatin1String("saved_model.pb")) || anyEndsWith(names, {".h5", ".keras", ".tflite"}))
        return Format::TensorFlow;
    if (anyEndsWith(names, {".bin", ".pt", ".pth", ".ckpt"})) return Format::PyTorch;
    if (anyEndsWith(names, {".onnx"})) return Format::Onnx;
    if (anyEndsWith(names, {".engine", ".plan", ".trt"})) return Format::TensorRt;
    if (anyEndsWith(names, {".npz"})) return Format::Mlx;
    if (anyEndsWith(names, {".msgpack"})) return Format::Flax;
    if (anyEndsWith(names, {".part", ".crdownload", ".aria2", ".incomplete"})) return Format::Unfinished;
    if (anyEndsWith(names, {".safetensors"})) return Format::LooseSafetensors;
    return Format::FolderWithoutModel;
}

RecognizedModel refused(const QString& path, RefusedFormat format) {
    RecognizedModel row;
    row.path = path;
    row.title = QFileInfo(path).fileName();
    const auto* text = std::find_if(kTexts.begin(), kTexts.end(),
                                    [&](const FormatText& known) { return known.format == format; });
    row.reason = QCoreApplication::translate("Recognition", text->reason);
    row.remedy = QCoreApplication::translate("Recognition", text->remedy);
    return row;
}

} // namespace ponder
