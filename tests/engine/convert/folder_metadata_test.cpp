// What a folder says besides its weights, and that the tokenizer made of it gives the ids of the tokenizer's
// own library.
#include "engine/convert/folder_metadata.h"
#include "engine/file/json_document.h"
#include "engine/text/tokenizer.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

using namespace ponder;

namespace {

// The keys of a folder as a file without weights.
Result<std::unique_ptr<ModelFile>> keysOf(const std::filesystem::path& folder) {
    Result<FolderMetadata> metadata = FolderMetadata::read(folder);
    if (!metadata) return metadata.error();
    if (const Result<void> read = metadata->readTokenizer(); !read) return read.error();
    GgufOutput output;
    metadata->setKeys(output, FileType::Q4_K_M);
    return ModelFile::fromBytes(*output.header(), "test.gguf");
}

Error errorOf(const std::filesystem::path& folder) {
    const auto keys = keysOf(folder);
    return keys ? Error{ErrorCode::Internal, "read", {}} : keys.error();
}

} // namespace

class FolderMetadataTest : public QObject {
    Q_OBJECT
private slots:
    void idsAreThoseOfTheTokenizersOwnLibrary_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : test::kModelFolders)
            QTest::newRow(name) << name;
    }
    void idsAreThoseOfTheTokenizersOwnLibrary() {
        QFETCH(QString, name);
        const auto folder = test::modelFolder(name.toStdString());
        const auto file = keysOf(folder);
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        const auto tokenizer = Tokenizer::fromModel(**file);
        QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message().c_str());
        const auto expected = jsonFile(folder / "expected.json", 1'000'000);
        QVERIFY(expected && (*expected)["texts"].size() >= 13);
        for (const auto& one : (*expected)["texts"]) {
            const auto text = one["text"].get<std::string>();
            const auto ids = (*tokenizer)->encode(text, SpecialTokens::Ignore);
            QVERIFY2(ids == one["ids"].get<std::vector<TokenId>>(), text.c_str());
        }
    }

    void marksSamplingTemplateAndLicenceAreKept() {
        const auto file = keysOf(test::modelFolder("qwen2-bf16"));
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        const Metadata& keys = (*file)->metadata();
        QVERIFY(keys.text("general.license") == "apache-2.0");
        QVERIFY(keys.texts("general.languages").size() == 2);
        QVERIFY(keys.text("general.base_model.0.repo_url") == "https://huggingface.co/Example/Tiny-Qwen");
        QCOMPARE(keys.integer("general.file_type").value(), 15);
        QCOMPARE(float(keys.number("general.sampling.temp").value()), 0.6f);
        QCOMPARE(float(keys.number("general.sampling.top_p").value()), 0.95f);
        QCOMPARE(keys.integer("general.sampling.top_k").value(), 20);
        QVERIFY(keys.text("tokenizer.chat_template")->starts_with("{% for"));
        const auto texts = keys.texts("tokenizer.ggml.tokens");
        QCOMPARE(texts.size(), std::size_t{512}); // as many as the embedding has rows
        const auto token = [&](const char* key) { return texts[keys.integer(key).value()]; };
        QVERIFY(token("tokenizer.ggml.eos_token_id") == "<|im_end|>");
        QVERIFY(token("tokenizer.ggml.bos_token_id") == "<|endoftext|>"); // config.json says it
        QVERIFY(token("tokenizer.ggml.padding_token_id") == "<|endoftext|>");
        QCOMPARE(keys.boolean("tokenizer.ggml.add_bos_token").value(), false);
    }

    void endsOfTurnAndMessageHaveKeysOfTheirOwn() {
        const auto file = keysOf(test::modelFolder("llama-f16-sharded"));
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        const Metadata& keys = (*file)->metadata();
        const auto texts = keys.texts("tokenizer.ggml.tokens");
        const auto token = [&](const char* key) { return texts[keys.integer(key).value()]; };
        QVERIFY(token("tokenizer.ggml.bos_token_id") == "<|begin_of_text|>");
        QVERIFY(token("tokenizer.ggml.eos_token_id") == "<|end_of_text|>");
        QVERIFY(token("tokenizer.ggml.eot_token_id") == "<|eot_id|>");
        QVERIFY(token("tokenizer.ggml.eom_token_id") == "<|eom_id|>");
        QCOMPARE(keys.boolean("tokenizer.ggml.add_bos_token").value(), true); // by the post-processor
        QVERIFY(keys.text("general.license") == "llama3.1");
        QVERIFY(keys.text("tokenizer.chat_template.tool_use") == "tools");
        QCOMPARE(keys.texts("tokenizer.chat_templates").size(), std::size_t{1});
    }

    void aTemplateFileAndTheFoldersNameAreTaken() {
        const auto file = keysOf(test::modelFolder("llama-f32-pieces"));
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        QVERIFY((*file)->metadata().text("tokenizer.chat_template")->starts_with("{% for"));
        QVERIFY((*file)->metadata().text("general.name") == "llama-f32-pieces");
        QVERIFY(!(*file)->metadata().has("general.license"));
    }

    void aNameInTheHubsCacheIsThatOfTheRepository() {
        const ModelNotes notes = ModelNotes::read("", "/x/models--Org--Some-Model/snapshots/0a1b2c");
        QCOMPARE(notes.name, std::string("Some-Model"));
        QCOMPARE(ModelNotes::read("---\nmodel_name: \"Named\"\nlicense: mit\n---", "/x").name,
                 std::string("Named"));
        QVERIFY(ModelNotes::read("---\nlicense: mit\n", "/x").licence.empty()); // it never ends
    }

    void whatIsMissingIsNamed() {
        const test::FolderCopy copy("qwen2-bf16");
        std::filesystem::remove(copy.path() / "tokenizer.json");
        QVERIFY(errorOf(copy.path()).code == ErrorCode::MissingFiles);
        QCOMPARE(errorOf(copy.path()).detail.english(), std::string("tokenizer.json"));
        std::filesystem::remove(copy.path() / "config.json");
        QCOMPARE(errorOf(copy.path()).detail.english(), std::string("config.json"));
        QVERIFY(errorOf("/nonexistent").code == ErrorCode::FileNotFound);
    }

    void moreTokensThanTheModelKnowsAreRefused() {
        const test::FolderCopy copy("qwen2-bf16");
        copy.replace("config.json", "\"vocab_size\": 512", "\"vocab_size\": 300");
        QVERIFY(errorOf(copy.path()).code == ErrorCode::BadTokenizer);
        QVERIFY(errorOf(copy.path()).detail.english().ends_with("the model knows 300"));
    }
};

PONDER_TEST(FolderMetadataTest)
#include "folder_metadata_test.moc"
