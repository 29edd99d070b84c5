#include "engine/convert/sentence_piece_file.h"
#include "engine/text/sentence_piece_proto.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

using namespace ponder;

namespace {

Result<TokenList> read(std::string_view bytes) {
    return readSentencePieceFile(std::as_bytes(std::span(bytes)), "tokenizer.model");
}

Error errorOf(std::string_view bytes) {
    const auto tokens = read(bytes);
    return tokens ? Error{ErrorCode::Internal, "read", {}} : tokens.error();
}

std::string fixture() { return test::textOf(test::modelFolder("llama-f32-pieces") / "tokenizer.model"); }

} // namespace

class SentencePieceFileTest : public QObject {
    Q_OBJECT
private slots:
    void piecesScoresAndTypesAreThoseOfTheFile() {
        const auto tokens = read(fixture());
        QVERIFY2(tokens, tokens ? "" : tokens.error().message().c_str());
        QCOMPARE(tokens->model, std::string("llama"));
        QCOMPARE(tokens->tokens().size(), std::size_t{420});
        QCOMPARE(tokens->tokens()[0].type, TokenType::Unknown);
        QCOMPARE(tokens->tokens()[1].text, std::string("<s>"));
        QCOMPARE(tokens->tokens()[1].type, TokenType::Control);
        QCOMPARE(tokens->tokens()[3].text, std::string("<0x00>"));
        QCOMPARE(tokens->tokens()[3].type, TokenType::Byte);
        QCOMPARE(tokens->tokens()[260].score, -1.0f);
        QVERIFY(tokens->addSpacePrefix.value());
    }

    void theSettingsOfTheFileAreRead() {
        const std::vector<std::string_view> texts{"<unk>", "a"};
        const std::vector<double> scores{0, -1};
        const std::vector<TokenType> types{TokenType::Unknown, TokenType::Normal};
        const auto tokens = read(SentencePieceModel{texts, scores, types, false}.serialized());
        QVERIFY2(tokens, tokens ? "" : tokens.error().message().c_str());
        QCOMPARE(tokens->addSpacePrefix.value(), false);
    }

    void aFileThatIsCutAnywhereIsRefusedOrLacksItsSettings() {
        const std::string whole = fixture();
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto tokens = read(std::string_view(whole).substr(0, size));
            if (tokens) QVERIFY(tokens->tokens().size() == 420); // cut behind the pieces and their kind
        }
    }

    void otherFilesAndKindsAreRefused() {
        QVERIFY(errorOf("").code == ErrorCode::BadTokenizer);
        QVERIFY(errorOf("this is no protocol buffer").code == ErrorCode::BadTokenizer);
        // A piece "a" of a model whose kind is not said, which means unigram.
        QVERIFY(errorOf(std::string_view("\x0a\x03\x0a\x01"
                                         "a",
                                         5))
                    .code == ErrorCode::UnknownTokenizer);
        // The same piece twice.
        QVERIFY(errorOf(std::string_view("\x0a\x03\x0a\x01"
                                         "a\x0a\x03\x0a\x01"
                                         "a",
                                         10))
                    .code == ErrorCode::BadTokenizer);
    }
};

PONDER_TEST(SentencePieceFileTest)
#include "sentence_piece_file_test.moc"
