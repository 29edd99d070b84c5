// What dropped things are: every kind with a real little file, nothing changed, nothing run.
#include "app/models/recognition.h"

#include "app/models/removable_media.h"
#include "tests/support/test_class.h"
#include "tests/support/tiny_model.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace ponder;
using Kind = RecognizedKind;

namespace {

QByteArray bytesOf(const test::GgufWriter& writer) {
    const auto bytes = writer.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())};
}

QByteArray tinyModel() { return bytesOf(test::tinyModel("qwen2").set("general.name", "Tiny")); }

QByteArray safetensors() {
    const QByteArray header = R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    QByteArray out(8, '\0');
    out[0] = char(header.size());
    return out + header + QByteArray(4, '\0');
}

} // namespace

class RecognitionTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aModelFileIsShownAsItSaysItself();
    void theNameNeedNotEndInGguf();
    void anyPartOfASplitSetStandsForTheWhole();
    void missingPartsAreNamed();
    void aFolderOfManyModelsGivesOneRowEach();
    void foldersAreEnteredButNotForEver();
    void severalThingsAtOnceKeepTheirOrder();
    void rowsAreTellableAsTheyAreFound();
    void anAdapterIsToldFromAModel();
    void aPeftFolderIsAnAdapter();
    void aSafetensorsFolderIsRecognizedByAnyOfItsFiles();
    void missingShardsOfAFolderAreNamed();
    void anAwqFolderIsRecognized();
    void aFolderOfTheHubsCacheHasItsModelsName();
    void otherQuantizationsAreNamed_data();
    void otherQuantizationsAreNamed();
    void otherFilesAreNamed_data();
    void otherFilesAreNamed();
    void otherFoldersAreNamed_data();
    void otherFoldersAreNamed();
    void ggufWithoutAModelIsNamed_data();
    void ggufWithoutAModelIsNamed();
    void whatAria2HasNotFinishedIsNoModel();
    void linksAreFollowedUnlessBroken();
    void aPipeIsNotOpened();
    void whatMayNotBeReadSaysSo();
    void webLinksAreRefused();
    void nothingIsChangedByLooking();
    void damagedFilesSayWhatIsWrong();
    void removableMediaAreTold();
    void partNamesAreRecognized();

private:
    QString path(const QString& name) const { return m_folder->filePath(name); }
    QString make(const QString& name, const QByteArray& content) const {
        QDir().mkpath(QFileInfo(path(name)).path());
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write %s", qPrintable(name));
        file.write(content);
        return file.fileName();
    }
    // A Hugging Face folder with this config.json.
    QString makeFolder(const QString& name, const QByteArray& config) const {
        make(name + QStringLiteral("/config.json"), config);
        make(name + QStringLiteral("/model.safetensors"), safetensors());
        make(name + QStringLiteral("/tokenizer.json"), "{}");
        return path(name);
    }
    RecognizedModel one(const QString& at) const {
        const QList<RecognizedModel> rows = recognizePath(at);
        if (rows.size() != 1) qFatal("%lld rows for %s", (long long)rows.size(), qPrintable(at));
        return rows.first();
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void RecognitionTest::aModelFileIsShownAsItSaysItself() {
    const QString file = make(QString::fromUtf8("모델 #1 100%.gguf"), tinyModel());
    const RecognizedModel row = one(file);
    QCOMPARE(row.kind, Kind::Gguf);
    QVERIFY2(row.addable, qPrintable(row.reason));
    QCOMPARE(row.path, file);
    QCOMPARE(row.title, QStringLiteral("Tiny"));
    QVERIFY2(row.detail.startsWith(QStringLiteral("GGUF · Q4_0 · ")), qPrintable(row.detail));
    QCOMPARE(row.bytes, QFileInfo(file).size());
    QVERIFY(row.reason.isEmpty());
}

void RecognitionTest::theNameNeedNotEndInGguf() {
    QVERIFY(one(make(QStringLiteral("sha256-0123"), tinyModel())).addable);
}

void RecognitionTest::anyPartOfASplitSetStandsForTheWhole() {
    const auto parts = test::tinyModel("llama").saveSplit(m_folder->path().toStdU16String(), "m", 3);
    qint64 bytes = 0;
    QList<QUrl> urls;
    for (const auto& part : parts) {
        bytes += qint64(std::filesystem::file_size(part));
        urls.prepend(QUrl::fromLocalFile(QString::fromStdString(part.string())));
    }
    const QString first = QString::fromStdString(parts[0].string());
    for (const auto& part : parts) {
        const RecognizedModel row = one(QString::fromStdString(part.string()));
        QVERIFY2(row.addable, qPrintable(row.reason));
        QCOMPARE(row.path, first);
        QCOMPARE(row.bytes, bytes);
    }
    QCOMPARE(recognize(urls).size(), 1);
    QCOMPARE(one(m_folder->path()).path, first);
}

void RecognitionTest::missingPartsAreNamed() {
    const auto parts = test::tinyModel("llama").saveSplit(m_folder->path().toStdU16String(), "m %2", 3);
    std::filesystem::remove(parts[1]);
    const RecognizedModel row = one(QString::fromStdString(parts[2].string()));
    QCOMPARE(row.kind, Kind::GgufPart);
    QVERIFY(!row.addable);
    QCOMPARE(row.title, QStringLiteral("m %2"));
    QCOMPARE(row.missing, QStringList{QStringLiteral("m %2-00002-of-00003.gguf")});
    QVERIFY2(row.detail.contains(QStringLiteral("3 of 3")), qPrintable(row.detail));
    QVERIFY2(row.reason.contains(row.missing.first()), qPrintable(row.reason));
    QVERIFY(!row.remedy.isEmpty());
}

void RecognitionTest::aFolderOfManyModelsGivesOneRowEach() {
    make(QStringLiteral("models/a.gguf"), tinyModel());
    make(QStringLiteral("models/deep/er/b.gguf"), tinyModel());
    make(QStringLiteral("models/deep/README.md"), "text");
    make(QStringLiteral("models/broken.gguf"), "GGUF\3");
    makeFolder(QStringLiteral("models/hf"), "{}");
    QStringList kinds;
    for (const RecognizedModel& row : recognizePath(path(QStringLiteral("models"))))
        kinds << QStringLiteral("%1:%2").arg(QFileInfo(row.path).fileName()).arg(int(row.kind));
    QCOMPARE(kinds, (QStringList{QStringLiteral("a.gguf:%1").arg(int(Kind::Gguf)),
                                 QStringLiteral("broken.gguf:%1").arg(int(Kind::Refused)),
                                 QStringLiteral("b.gguf:%1").arg(int(Kind::Gguf)),
                                 QStringLiteral("hf:%1").arg(int(Kind::SafetensorsFolder))}));
}

void RecognitionTest::foldersAreEnteredButNotForEver() {
    QString deep = QStringLiteral("d");
    for (int i = 0; i < kDeepestFolder + 2; ++i)
        deep += QStringLiteral("/d");
    make(deep + QStringLiteral("/far.gguf"), tinyModel());
    QVERIFY(!one(path(QStringLiteral("d"))).addable);
    make(QStringLiteral("d/near.gguf"), tinyModel());
    QVERIFY(QFile::link(path(QStringLiteral("d")), path(QStringLiteral("d/round"))));
    QCOMPARE(recognizePath(path(QStringLiteral("d"))).size(), 1);
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(recognizePath(path(QStringLiteral("d")), stopped.get_token()).isEmpty());
}

void RecognitionTest::severalThingsAtOnceKeepTheirOrder() {
    const QString a = make(QStringLiteral("a.gguf"), tinyModel());
    const QString z = make(QStringLiteral("z.zip"), "PK\3\4");
    const QList<RecognizedModel> rows = recognize(
        {QUrl::fromLocalFile(z), QUrl::fromLocalFile(a), QUrl::fromLocalFile(z), QUrl::fromLocalFile(a)});
    QCOMPARE(rows.size(), 2);
    QVERIFY(!rows[0].addable && rows[1].addable);
}

void RecognitionTest::rowsAreTellableAsTheyAreFound() {
    make(QStringLiteral("f/a.gguf"), tinyModel());
    make(QStringLiteral("f/b.gguf"), tinyModel());
    QStringList told;
    const auto rows = recognize({QUrl::fromLocalFile(path(QStringLiteral("f")))}, {},
                                [&](const RecognizedModel& row) { told << row.path; });
    QCOMPARE(told, (QStringList{rows.value(0).path, rows.value(1).path}));
}

void RecognitionTest::anAdapterIsToldFromAModel() {
    test::GgufWriter writer;
    writer.set("general.architecture", "llama").set("general.type", "adapter").set("adapter.type", "lora");
    writer.set("general.name", "My LoRA").tensor("blk.0.attn_q.weight.lora_a", {32, 8}, TensorType::F32);
    const RecognizedModel row = one(make(QStringLiteral("lora.gguf"), bytesOf(writer)));
    QCOMPARE(row.kind, Kind::LoraGguf);
    QCOMPARE(row.title, QStringLiteral("My LoRA"));
    QVERIFY(!row.addable && !row.reason.isEmpty() && !row.remedy.isEmpty());
}

void RecognitionTest::aPeftFolderIsAnAdapter() {
    make(QStringLiteral("tune/adapter_config.json"), R"({"peft_type": "LORA", "r": 16})");
    make(QStringLiteral("tune/adapter_model.safetensors"), safetensors());
    QCOMPARE(one(path(QStringLiteral("tune"))).kind, Kind::LoraFolder);
    QCOMPARE(one(path(QStringLiteral("tune/adapter_model.safetensors"))).path, path(QStringLiteral("tune")));
    make(QStringLiteral("tune/adapter_config.json"), R"({"peft_type": "IA3"})");
    const RecognizedModel row = one(path(QStringLiteral("tune")));
    QCOMPARE(row.kind, Kind::Refused);
    QVERIFY2(row.reason.contains(QStringLiteral("LoRA")), qPrintable(row.reason));
}

void RecognitionTest::aSafetensorsFolderIsRecognizedByAnyOfItsFiles() {
    const QString folder = makeFolder(QStringLiteral("Sun-V1-3B"), R"({"torch_dtype": "bfloat16"})");
    for (const char* file : {"", "/config.json", "/model.safetensors"}) {
        const RecognizedModel row = one(folder + QLatin1String(file));
        QCOMPARE(row.kind, Kind::SafetensorsFolder);
        QCOMPARE(row.path, folder);
        QCOMPARE(row.title, QStringLiteral("Sun-V1-3B"));
        QVERIFY2(row.detail.contains(QStringLiteral("BF16")), qPrintable(row.detail));
    }
    QCOMPARE(recognize({QUrl::fromLocalFile(folder + QStringLiteral("/config.json")),
                        QUrl::fromLocalFile(folder + QStringLiteral("/model.safetensors"))})
                 .size(),
             1);
}

void RecognitionTest::missingShardsOfAFolderAreNamed() {
    const QString folder = makeFolder(QStringLiteral("big"), "{}");
    make(QStringLiteral("big/model.safetensors.index.json"),
         R"({"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors",
             "c": "../../etc/passwd"}})");
    const RecognizedModel row = one(folder);
    QVERIFY(!row.addable);
    QCOMPARE(row.missing,
             (QStringList{QStringLiteral("model-00002-of-00002.safetensors"), QStringLiteral("passwd")}));
    QVERIFY2(row.reason.contains(row.missing.first()), qPrintable(row.reason));
}

void RecognitionTest::anAwqFolderIsRecognized() {
    const RecognizedModel row =
        one(makeFolder(QStringLiteral("awq"),
                       R"({"quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 128}})"));
    QCOMPARE(row.kind, Kind::AwqFolder);
    QCOMPARE(row.quantization, QStringLiteral("AWQ"));
}

void RecognitionTest::aFolderOfTheHubsCacheHasItsModelsName() {
    makeFolder(QStringLiteral("hub/models--org--R1-Small/snapshots/0123abcd"), "{}");
    QCOMPARE(one(path(QStringLiteral("hub"))).title, QStringLiteral("R1-Small"));
}

void RecognitionTest::otherQuantizationsAreNamed_data() {
    QTest::addColumn<QByteArray>("config");
    QTest::addColumn<QString>("word");
    QTest::newRow("gptq") << QByteArray(R"({"quantization_config": {"quant_method": "gptq"}})") << "GPTQ";
    QTest::newRow("exl2") << QByteArray(R"({"quantization_config": {"quant_method": "exl2"}})") << "EXL2";
    QTest::newRow("bnb") << QByteArray(R"({"quantization_config": {"load_in_4bit": true}})")
                         << "bitsandbytes";
    QTest::newRow("fp8") << QByteArray(R"({"quantization_config": {"quant_method": "fp8"}})") << "quantized";
    QTest::newRow("mlx") << QByteArray(R"({"quantization": {"group_size": 64, "bits": 4}})") << "MLX";
}

void RecognitionTest::otherQuantizationsAreNamed() {
    QFETCH(QByteArray, config);
    QFETCH(QString, word);
    const RecognizedModel row = one(makeFolder(QStringLiteral("m"), config));
    QCOMPARE(row.kind, Kind::Refused);
    QVERIFY2(row.reason.contains(word), qPrintable(row.reason));
    QCOMPARE(row.title, QStringLiteral("m"));
    QVERIFY(!row.remedy.isEmpty());
}

void RecognitionTest::otherFilesAreNamed_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("word");
    const auto row = [](const char* name, const QByteArray& content, const char* word) {
        QTest::newRow(name) << QString::fromLatin1(name) << content << QString::fromLatin1(word);
    };
    const QByteArray some = "something";
    row("pytorch_model.bin", QByteArray("PK\3\4\0\0", 6), "PyTorch");
    row("consolidated.00.pth", QByteArray("\x80\x02\x8a\nl\xfc\x9c\x46\xf9", 9), "PyTorch");
    row("model.pt", some, "PyTorch");
    row("model.ckpt", some, "PyTorch");
    row("misnamed.gguf", QByteArray("\x80\x02\x8a\nl\xfc\x9c\x46\xf9", 9), "PyTorch");
    row("model.onnx", some, "ONNX");
    row("model.zip", QByteArray("PK\3\4\0\0", 6), "archive");
    row("model.tar", QByteArray(257, 'x') + "ustar", "archive");
    row("model.tar.gz", QByteArray("\x1f\x8b\x08", 3), "archive");
    row("model.gguf.part", some, "unfinished");
    row("model.gguf.crdownload", "GGUF\3", "unfinished");
    row("model.gguf.aria2", some, "unfinished");
    row("model.engine", some, "TensorRT");
    row("model.mlmodel", some, "Core ML");
    row("model.h5", QByteArray("\x89HDF\r\n\x1a\n", 8), "TensorFlow");
    row("flax_model.msgpack", some, "Flax");
    row("old.gguf", "tjgg\3\0\0\0", "old GGML");
    row("ggml-model.bin", "lmgg\3\0\0\0", "old GGML");
    row("first.gguf", QByteArray("GGUF\1\0\0\0", 8), "version 1");
    row("big-endian.gguf", QByteArray("GGUF\0\0\0\3", 8), "big-endian");
    row("pointer.gguf", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "Git LFS");
    row("page.gguf", "<!DOCTYPE html><html>", "web page");
    row("xml.gguf", "\n <?xml version=\"1.0\"?><Error>", "web page");
    row("empty.gguf", "", "empty");
    row("alone.safetensors", safetensors(), "Safetensors");
    row("Modelfile", "FROM ./m.gguf", "Ollama");
    row("notes.txt", some, "not a model");
    row("noise.gguf", some, "not a model");
    row("NOISE", some, "not a model");
}

void RecognitionTest::otherFilesAreNamed() {
    QFETCH(QString, name);
    QFETCH(QByteArray, content);
    QFETCH(QString, word);
    const RecognizedModel row = one(make(name, content));
    QCOMPARE(row.kind, Kind::Refused);
    QVERIFY(!row.addable);
    QCOMPARE(row.title, name);
    QVERIFY2(row.reason.contains(word), qPrintable(row.reason));
    QVERIFY(!row.remedy.isEmpty());
}

void RecognitionTest::otherFoldersAreNamed_data() {
    QTest::addColumn<QStringList>("files");
    QTest::addColumn<QString>("word");
    const auto row = [](const char* name, const char* word) {
        QTest::newRow(name) << QString::fromLatin1(name).split(u' ', Qt::SkipEmptyParts)
                            << QString::fromLatin1(word);
    };
    row("config.json pytorch_model.bin", "PyTorch");
    row("model.onnx config.json", "ONNX");
    row("rank0.engine config.json", "TensorRT");
    row("saved_model.pb", "TensorFlow");
    row("model.mlpackage", "Core ML");
    row("weights.npz config.json", "MLX");
    row("flax_model.msgpack", "Flax");
    row("m.gguf.part m.gguf.part.json", "unfinished");
    row("model.safetensors", "Safetensors");
    row("README.md", "no model");
    row("", "no model");
}

void RecognitionTest::otherFoldersAreNamed() {
    QFETCH(QStringList, files);
    QFETCH(QString, word);
    QDir().mkpath(path(QStringLiteral("f")));
    for (const QString& file : files)
        make(QStringLiteral("f/") + file, "something");
    const RecognizedModel row = one(path(QStringLiteral("f")));
    QCOMPARE(row.kind, Kind::Refused);
    QVERIFY2(row.reason.contains(word), qPrintable(row.reason));
    QCOMPARE(row.title, QStringLiteral("f"));
}

void RecognitionTest::ggufWithoutAModelIsNamed_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("word");
    const auto row = [](const char* name, const test::GgufWriter& writer, const char* word) {
        QTest::newRow(name) << bytesOf(writer) << QString::fromLatin1(word);
    };
    test::GgufWriter pictures = test::tinyModel("llama");
    row("mmproj", pictures.set("general.architecture", "clip"), "mmproj");
    test::GgufWriter matrix;
    row("imatrix", matrix.set("general.type", "imatrix").set("general.architecture", "none"),
        "importance matrix");
    test::GgufWriter vocabulary = test::tinyModel("llama");
    vocabulary.tensors.clear();
    row("vocabulary", vocabulary, "vocabulary");
    test::GgufWriter other = test::tinyModel("llama");
    row("architecture", other.set("general.architecture", "mamba"), "mamba");
}

void RecognitionTest::ggufWithoutAModelIsNamed() {
    QFETCH(QByteArray, content);
    QFETCH(QString, word);
    const RecognizedModel row = one(make(QStringLiteral("m.gguf"), content));
    QCOMPARE(row.kind, Kind::Refused);
    QVERIFY2(row.reason.contains(word), qPrintable(row.reason));
    QVERIFY2(!row.reason.contains(m_folder->path()), qPrintable(row.reason));
}

void RecognitionTest::whatAria2HasNotFinishedIsNoModel() {
    const QString file = make(QStringLiteral("m.gguf"), tinyModel());
    QVERIFY(one(file).addable);
    make(QStringLiteral("m.gguf.aria2"), "pieces");
    QVERIFY2(one(file).reason.contains(QStringLiteral("unfinished")), qPrintable(one(file).reason));
}

void RecognitionTest::linksAreFollowedUnlessBroken() {
    const QString file = make(QStringLiteral("m.gguf"), tinyModel());
    QVERIFY(QFile::link(file, path(QStringLiteral("link"))));
    QVERIFY(one(path(QStringLiteral("link"))).addable);
    QVERIFY(QFile::link(path(QStringLiteral("nowhere")), path(QStringLiteral("broken.gguf"))));
    QVERIFY(one(path(QStringLiteral("broken.gguf"))).reason.contains(QStringLiteral("link")));
    QVERIFY(one(path(QStringLiteral("nowhere"))).reason.contains(QStringLiteral("not there")));
}

void RecognitionTest::aPipeIsNotOpened() {
    const QString pipe = path(QStringLiteral("pipe.gguf"));
    QCOMPARE(mkfifo(pipe.toLocal8Bit().constData(), 0600), 0);
    QVERIFY(one(pipe).reason.contains(QStringLiteral("ordinary file"))); // opening it would wait for ever
}

void RecognitionTest::whatMayNotBeReadSaysSo() {
    if (geteuid() == 0) QSKIP("root may read everything");
    const QString file = make(QStringLiteral("m.gguf"), tinyModel());
    QFile::setPermissions(file, {});
    QVERIFY(one(file).reason.contains(QStringLiteral("allowed")));
}

void RecognitionTest::webLinksAreRefused() {
    const auto rows = recognize({QUrl(QStringLiteral("https://example.org/m.gguf"))});
    QCOMPARE(rows.size(), 1);
    QVERIFY(!rows.first().addable);
    QCOMPARE(rows.first().title, QStringLiteral("https://example.org/m.gguf"));
    QVERIFY(rows.first().remedy.contains(QStringLiteral("Download")));
}

void RecognitionTest::nothingIsChangedByLooking() {
    make(QStringLiteral("f/a.gguf"), tinyModel());
    makeFolder(QStringLiteral("f/hf"), "{}");
    const auto state = [&] {
        QStringList out;
        for (const char* folder : {"f", "f/hf"})
            for (const QFileInfo& file : QDir(path(QLatin1String(folder))).entryInfoList(QDir::Files))
                out << file.filePath() + file.lastModified().toString(Qt::ISODateWithMs) +
                           QString::number(file.size());
        return out;
    };
    const QStringList before = state();
    QCOMPARE(recognizePath(path(QStringLiteral("f"))).size(), 2);
    QCOMPARE(state(), before);
}

void RecognitionTest::damagedFilesSayWhatIsWrong() {
    const QByteArray whole = tinyModel();
    const RecognizedModel cut = one(make(QStringLiteral("cut.gguf"), whole.left(whole.size() - 100)));
    QVERIFY2(cut.reason.contains(QStringLiteral("ends too early")), qPrintable(cut.reason));
    QVERIFY(cut.reason.startsWith(QStringLiteral("cut.gguf ")));
    test::GgufWriter odd = test::tinyModel("llama");
    odd.set("llama.attention.head_count_kv", std::uint32_t{7});
    QVERIFY(!one(make(QStringLiteral("odd.gguf"), bytesOf(odd))).addable);
}

void RecognitionTest::removableMediaAreTold() {
    QVERIFY(isRemovable(
        {QStringLiteral("/media/user/STICK"), QStringLiteral("/dev/sdz1"), QStringLiteral("vfat")}));
    QVERIFY(isRemovable({QStringLiteral("/run/media/user/DISC"), {}, {}}));
    QVERIFY(isRemovable({QStringLiteral("/cd"), QStringLiteral("/dev/sr0"), QStringLiteral("iso9660")}));
    QVERIFY(!isRemovable({QStringLiteral("/"), QStringLiteral("overlay"), QStringLiteral("overlay")}));
    // As the kernel shows disks and their partitions.
    for (const char* disk : {"sda", "sdb"}) {
        make(QStringLiteral("devices/%1/removable").arg(QLatin1String(disk)), disk[2] == 'b' ? "1\n" : "0\n");
        QDir().mkpath(path(QStringLiteral("devices/%1/%1part").arg(QLatin1String(disk))));
        QDir().mkpath(path(QStringLiteral("block")));
        QVERIFY(QFile::link(path(QStringLiteral("devices/%1/%1part").arg(QLatin1String(disk))),
                            path(QStringLiteral("block/") + QLatin1String(disk) + u'1')));
    }
    const QString block = path(QStringLiteral("block"));
    QVERIFY(
        !isRemovable({QStringLiteral("/mnt"), QStringLiteral("/dev/sda1"), QStringLiteral("ext4")}, block));
    QVERIFY(
        isRemovable({QStringLiteral("/mnt"), QStringLiteral("/dev/sdb1"), QStringLiteral("ext4")}, block));
    QVERIFY(!onRemovableMedia(m_folder->path()));
}

void RecognitionTest::partNamesAreRecognized() {
    QCOMPARE(splitSetName(QStringLiteral("m-00002-of-00003.gguf")), QStringLiteral("m"));
    QCOMPARE(splitSetName(QStringLiteral("m-2-of-3.gguf")), QStringLiteral("m-2-of-3.gguf"));
    QCOMPARE(splitSetName(QStringLiteral("m.gguf")), QStringLiteral("m.gguf"));
}

PONDER_TEST(RecognitionTest)
#include "recognition_test.moc"
