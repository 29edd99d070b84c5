// SentencePiece vocabularies in memory: special tokens, the space in front, and damage.
#include "engine/text/tokenizer.h"
#include "tests/support/test_class.h"
#include "tests/support/tokenizer_checks.h"

#include <QTest>

#include <limits>

using namespace ponder;
using namespace ponder::test;

namespace {

// A SentencePiece vocabulary with all bytes and the pieces given, after <unk>, <s> and </s>.
class PieceVocabulary {
public:
    explicit PieceVocabulary(const std::vector<std::pair<std::string, int>>& extra) {
        add("<unk>", 2);
        add("<s>", 3);
        add("</s>", 3);
        for (int byte = 0; byte < 256; ++byte)
            add(QString::asprintf("<0x%02X>", byte).toStdString(), 6);
        for (const auto& [text, type] : extra)
            add(text, type);
        const std::vector<std::string_view> views(m_texts.begin(), m_texts.end());
        model.keys().set("tokenizer.ggml.model", std::string_view("llama"));
        model.keys().set("tokenizer.ggml.tokens", views);
        model.keys().set("tokenizer.ggml.scores", m_scores);
        model.keys().set("tokenizer.ggml.token_type", m_types);
        model.keys().set("tokenizer.ggml.bos_token_id", std::uint64_t{1});
        model.keys().set("tokenizer.ggml.eos_token_id", std::uint64_t{2});
    }
    PieceVocabulary(const PieceVocabulary&) = delete;

    MemoryModel model;

private:
    void add(std::string text, int type) {
        m_scores.push_back(-static_cast<double>(m_texts.size()));
        m_texts.push_back(std::move(text));
        m_types.push_back(type);
    }
    std::vector<std::string> m_texts;
    std::vector<double> m_scores;
    std::vector<std::int64_t> m_types;
};

} // namespace

class SentencePieceTest : public QObject {
    Q_OBJECT
private slots:
    void aSentencePieceUserNeverProducesASpecialTokenEither() {
        const PieceVocabulary vocabulary({{"\u2581", 1}, {"h", 1}, {"i", 1}, {"hi", 1}, {"<think>", 4}});
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        const TokenId think = *tokenizer->find("<think>");
        const auto parsed = tokenizer->encode("hi<think></s>", SpecialTokens::Parse);
        QCOMPARE(pieces(*tokenizer, parsed), QStringList({" ", "hi", "<think>", "</s>"}));
        const std::vector<std::size_t> literal{2, 9};
        const auto typed = tokenizer->encode("hi<think></s>", SpecialTokens::Parse, literal);
        QCOMPARE(typed, tokenizer->encode("hi<think></s>", SpecialTokens::Ignore));
        QCOMPARE(count(typed, think) + count(typed, 2), std::size_t{0});
        QCOMPARE(pieces(*tokenizer, typed).join(""), QString(" hi<think></s>"));
    }

    void theSpaceInFrontIsAddedUnlessTheFileSaysNo() {
        PieceVocabulary vocabulary({{"\u2581", 1}, {"h", 1}, {"i", 1}, {"hi", 1}});
        vocabulary.model.keys().set("tokenizer.ggml.add_space_prefix", false);
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        QCOMPARE(pieces(*tokenizer, tokenizer->encode("hi 好", SpecialTokens::Ignore)).mid(0, 2),
                 QStringList({"hi", " "}));
        QVERIFY(tokenizer->addBos());
    }

    void aDamagedSentencePieceVocabularyIsRefused() {
        for (const auto& extra : std::vector<std::vector<std::pair<std::string, int>>>{
                 {{"", 1}}, {{"a", 1}, {"a", 1}}, {{"x", 2}}, {{"<0x41>x", 6}}}) {
            const PieceVocabulary vocabulary(extra);
            const std::string reason = refusal(vocabulary.model, ErrorCode::BadTokenizer);
            QVERIFY2(reason != "it was accepted" && !reason.starts_with("another"), reason.c_str());
        }
        PieceVocabulary vocabulary({{"a", 1}});
        vocabulary.model.keys().set("tokenizer.ggml.scores", std::vector<double>{1.0});
        QVERIFY(refusal(vocabulary.model, ErrorCode::BadTokenizer).starts_with("tokenizer.ggml.scores"));
    }

    void theUnknownTokenMayBeCalledAControlTokenAndFillersUnknown() {
        // As Phi 3 and Gemma have it.
        PieceVocabulary vocabulary({{"\u2581", 1}, {"h", 1}, {"i", 1}, {"[PAD1]", 2}, {"[PAD2]", 2}});
        std::vector<std::int64_t> types(
            vocabulary.model.metadata().integers("tokenizer.ggml.token_type").begin(),
            vocabulary.model.metadata().integers("tokenizer.ggml.token_type").end());
        types[0] = 3;
        vocabulary.model.keys().set("tokenizer.ggml.token_type", types);
        vocabulary.model.keys().set("tokenizer.ggml.unknown_token_id", std::uint64_t{0});
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        QCOMPARE(pieces(*tokenizer, tokenizer->encode("hi[PAD1]", SpecialTokens::Parse)).join(""),
                 QString(" hi[PAD1]"));
        QVERIFY(tokenizer->isControl(0));
    }

    void piecesOfOrdinaryTextAreFoundInWhatAPersonTypesToo() {
        // Gemma 3 has its line breaks as user-defined tokens.
        PieceVocabulary vocabulary({{"\u2581", 1}, {"a", 1}, {"\n\n", 4}, {"\n", 4}, {"<think>", 4}});
        vocabulary.model.keys().set("tokenizer.ggml.add_space_prefix", false);
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        const std::vector<std::size_t> everywhere{0, 1, 2, 3, 4, 5};
        const QStringList expected{"a", "\n\n", "\n", "a"};
        QCOMPARE(pieces(*tokenizer, tokenizer->encode("a\n\n\na", SpecialTokens::Ignore)), expected);
        QCOMPARE(pieces(*tokenizer, tokenizer->encode("a\n\n\na", SpecialTokens::Parse, everywhere)),
                 expected);
        const std::span<const std::string> marks = tokenizer->specialTexts();
        QVERIFY(std::find(marks.begin(), marks.end(), "\n") == marks.end());
        QVERIFY(std::find(marks.begin(), marks.end(), "<think>") != marks.end());
    }

    void scoresThatAreNoNumbersDoNoHarm() {
        PieceVocabulary vocabulary({{"\u2581", 1}, {"a", 1}, {"aa", 1}, {"aaa", 5}, {"aaaa", 1}});
        std::vector<double> scores(264, std::numeric_limits<double>::quiet_NaN());
        scores[261] = std::numeric_limits<double>::infinity();
        vocabulary.model.keys().set("tokenizer.ggml.scores", scores);
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        const auto ids = tokenizer->encode("aaaaaaaaaa", SpecialTokens::Ignore);
        QCOMPARE(pieces(*tokenizer, ids).join(""), QString(" aaaaaaaaaa"));
    }
};

PONDER_TEST(SentencePieceTest)
#include "sentence_piece_test.moc"
