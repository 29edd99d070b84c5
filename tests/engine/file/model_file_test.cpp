#include "engine/file/mapped_file.h"
#include "engine/file/model_file.h"
#include "tests/support/test_class.h"
#include "tests/support/tiny_model.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

using namespace ponder;
using test::GgufWriter;

namespace {

std::filesystem::path in(const QTemporaryDir& folder, const char* name) {
    return std::filesystem::path(folder.path().toStdString()) / name;
}

Error errorOf(const std::filesystem::path& path) {
    const auto file = ModelFile::open(path);
    return file ? Error{ErrorCode::Internal, "opened", {}} : file.error();
}

} // namespace

class ModelFileTest : public QObject {
    Q_OBJECT
private slots:
    void bothVersionsOpenFromDisk() {
        QTemporaryDir folder;
        for (const std::uint32_t version : {2u, 3u}) {
            GgufWriter writer = test::tinyModel("llama");
            writer.version = version;
            const auto path = in(folder, "model.gguf");
            writer.save(path);
            const auto file = ModelFile::open(path);
            QVERIFY2(file, file ? "" : file.error().message().c_str());
            QCOMPARE((*file)->tensors().size(), writer.tensors.size());
            QCOMPARE((*file)->fileBytes(), std::filesystem::file_size(path));
            QCOMPARE((*file)->parts().size(), std::size_t{1});
            QCOMPARE((*file)->parts()[0], path);
        }
    }

    void aFileMayMixAllTypes() {
        GgufWriter writer;
        for (const TensorType type : kTensorTypes)
            writer.tensor(std::string(typeTraits(type)->name), {512, 3}, type);
        const auto file = ModelFile::fromBytes(writer.bytes(), "test.gguf");
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        for (const TensorType type : kTensorTypes) {
            const TypeTraits traits = *typeTraits(type);
            const TensorInfo* tensor = (*file)->find(traits.name);
            QVERIFY(tensor);
            QCOMPARE(tensor->type, type);
            QCOMPARE(tensor->rowLength(), std::uint64_t{512});
            QCOMPARE(tensor->rows(), std::uint64_t{3});
            QCOMPARE(tensor->bytes.size(), std::size_t{512 * 3 / traits.blockValues * traits.blockBytes});
        }
        QVERIFY(!(*file)->find("absent"));
    }

    void aTensorHoldsTheBytesThatWereWritten() {
        GgufWriter writer;
        writer.tensor("first", {3}, std::vector<float>{1, 2, 3});
        writer.tensor("second", {2, 2}, std::vector<float>{4, 5, 6, 7});
        writer.alignment = 256;
        writer.set("general.alignment", std::uint32_t{256});
        const auto file = ModelFile::fromBytes(writer.bytes(), "test.gguf");
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        const TensorInfo* second = (*file)->find("second");
        QVERIFY(second && second->dimensions == 2);
        float values[4];
        QCOMPARE(second->bytes.size(), sizeof values);
        std::memcpy(values, second->bytes.data(), sizeof values);
        QCOMPARE(values[0], 4.0f);
        QCOMPARE(values[3], 7.0f);
    }

    void tensorsMayStandInAnyOrderAndLeaveGaps() {
        GgufWriter writer;
        writer.tensor("late", {32}, TensorType::F32).tensor("early", {32}, TensorType::F32);
        writer.at("late").offset = 256;
        writer.at("early").offset = 0;
        std::vector<std::byte> bytes = writer.bytes();
        bytes.resize(bytes.size() + 256);
        const auto file = ModelFile::fromBytes(bytes, "test.gguf");
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        QVERIFY((*file)->find("early")->bytes.data() + 256 == (*file)->find("late")->bytes.data());
    }

    void aFileWithoutTensorsOpens() {
        GgufWriter writer;
        writer.set("general.architecture", "llama");
        const auto file = ModelFile::fromBytes(writer.bytes(), "test.gguf");
        QVERIFY(file);
        QVERIFY((*file)->tensors().empty());
    }

    void theDisplayNameIsTheModelsOwnOrTheFileName() {
        GgufWriter writer;
        writer.set("general.name", "Tiny\nModel");
        QCOMPARE((*ModelFile::fromBytes(writer.bytes(), "a.gguf"))->displayName(), std::string("TinyModel"));
        writer.set("general.name", std::string(198, 'x') + "한국어");
        QCOMPARE((*ModelFile::fromBytes(writer.bytes(), "a.gguf"))->displayName(), std::string(198, 'x'));
        writer.remove("general.name");
        QCOMPARE((*ModelFile::fromBytes(writer.bytes(), "/x/Qwen2.5-7B.gguf"))->displayName(),
                 std::string("Qwen2.5-7B"));
        QCOMPARE((*ModelFile::fromBytes(writer.bytes(), "R1-00001-of-00003.gguf"))->displayName(),
                 std::string("R1"));
    }

    void whatIsNoReadableFileIsNamed() {
        QTemporaryDir folder;
        const auto missing = in(folder, "missing.gguf");
        QCOMPARE(errorOf(missing).code, ErrorCode::FileNotFound);
        QCOMPARE(errorOf(missing).subject, missing.string());
        QCOMPARE(errorOf(in(folder, "missing.gguf/inside")).code, ErrorCode::FileNotFound);

        const Error directory = errorOf(folder.path().toStdString());
        QCOMPARE(directory.code, ErrorCode::FileUnreadable);
        QCOMPARE(directory.detail.english(), std::string("it is a folder"));

        const auto pipe = in(folder, "pipe.gguf");
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QCOMPARE(errorOf(pipe).code, ErrorCode::FileUnreadable);

        const auto empty = in(folder, "empty.gguf");
        test::saveBytes(empty, {});
        QCOMPARE(errorOf(empty).code, ErrorCode::FileTruncated);
        QCOMPARE(errorOf(empty).detail.english(), std::string("the file is empty"));
    }

    void aFileWithoutPermissionSaysSo() {
        if (::geteuid() == 0) QSKIP("the superuser may read everything");
        QTemporaryDir folder;
        const auto path = in(folder, "locked.gguf");
        test::tinyModel("llama").save(path);
        std::filesystem::permissions(path, std::filesystem::perms::none);
        QCOMPARE(errorOf(path).code, ErrorCode::FileUnreadable);
        QVERIFY(!errorOf(path).detail.empty());
    }

    void aMappedFileMovesItsBytes() {
        QTemporaryDir folder;
        const auto path = in(folder, "bytes");
        test::saveBytes(path, {std::byte{1}, std::byte{2}});
        auto opened = MappedFile::open(path);
        QVERIFY(opened);
        const auto bytes = opened->bytes();
        MappedFile moved = std::move(*opened);
        QCOMPARE(moved.bytes().data(), bytes.data());
        MappedFile other;
        other = std::move(moved);
        QCOMPARE(other.bytes().size(), std::size_t{2});
        QCOMPARE(other.bytes()[1], std::byte{2});
    }
};

PONDER_TEST(ModelFileTest)
#include "model_file_test.moc"
