// Byte pairs on plain UTF-8, as Gemma 4 has them, on a vocabulary made by hand.
#include "tests/support/memory_model.h"
#include "tests/support/test_class.h"
#include "tests/support/tokenizer_checks.h"

#include <QTest>

using namespace ponder;
using namespace ponder::test;

namespace {

using Texts = std::vector<std::string_view>;

struct PlainVocabulary {
    explicit PlainVocabulary(bool bytes = true) {
        const auto add = [this](std::string text, std::int64_t type) {
            m_texts.push_back(std::move(text));
            m_types.push_back(type);
        };
        add("<unk>", 2);
        add("<eos>", 3);
        add("<bos>", 3);
        add("<|turn>", 3);
        for (int byte = 0; bytes && byte < 256; ++byte)
            add(QString::asprintf("<0x%02X>", byte).toStdString(), 6);
        for (const char* text :
             {"\u2581", "a", "b", "c", "é", "\n", "ab", "\u2581a", "\u2581ab", "abc", "\n\n", "b\u2581"})
            add(text, 1);
        model.keys().set("tokenizer.ggml.model", std::string_view("gemma4"));
        model.keys().set("tokenizer.ggml.tokens", Texts(m_texts.begin(), m_texts.end()));
        model.keys().set("tokenizer.ggml.token_type", m_types);
        model.keys().set("tokenizer.ggml.merges",
                         Texts{"\n \n", "a b", "\u2581 ab", "ab c", "\u2581 a", "b \u2581"});
        model.keys().set("tokenizer.ggml.bos_token_id", std::uint64_t{2});
        model.keys().set("tokenizer.ggml.eos_token_id", std::uint64_t{1});
    }
    PlainVocabulary(const PlainVocabulary&) = delete;

    MemoryModel model;

private:
    std::vector<std::string> m_texts;
    std::vector<std::int64_t> m_types;
};

QStringList cut(const Tokenizer& tokenizer, const char* text) {
    return pieces(tokenizer, tokenizer.encode(text, SpecialTokens::Parse));
}

} // namespace

class PlainBpeTest : public QObject {
    Q_OBJECT
private slots:
    void spacesBelongToWordsAndMergesGoAcrossThem() {
        const PlainVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        QCOMPARE(cut(*tokenizer, "ab abc ab"), QStringList({"ab", " ab", "c", " ab"}));
        QCOMPARE(cut(*tokenizer, "b  a"), QStringList({"b ", " a"}));
        QVERIFY(tokenizer->addBos());
        QVERIFY(tokenizer->notes().empty());
    }

    void aRunOfLineBreaksIsAWordOfItsOwn() {
        const PlainVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QCOMPARE(cut(*tokenizer, "a\nab\n\n\nb"), QStringList({"a", "\n", "ab", "\n\n", "\n", "b"}));
    }

    void aCharacterWithoutATokenBecomesItsBytes() {
        const PlainVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        const auto ids = tokenizer->encode("a好é", SpecialTokens::Ignore);
        QCOMPARE(ids.size(), std::size_t{5});
        QCOMPARE(tokenizer->piece(ids[1]), std::string("\xE5"));
        QCOMPARE(tokenizer->piece(ids[4]), std::string("é"));
        const PlainVocabulary without(false);
        QCOMPARE(tokenizerOf(without.model)->encode("a好", SpecialTokens::Ignore).back(), TokenId{0});
    }

    void theMarkOfASpaceIsASpace() {
        const PlainVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QCOMPARE(tokenizer->encode("a\u2581ab", SpecialTokens::Ignore),
                 tokenizer->encode("a ab", SpecialTokens::Ignore));
    }

    void specialTokensAreMarksOnlyInTheTemplatesText() {
        const PlainVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QCOMPARE(cut(*tokenizer, "<|turn>ab"), QStringList({"<|turn>", "ab"}));
        QCOMPARE(count(tokenizer->encode("<|turn>ab", SpecialTokens::Ignore), 3), std::size_t{0});
    }

    void theKindMayBeNamedByThePreTokenizer() {
        PlainVocabulary vocabulary;
        const auto expected = tokenizerOf(vocabulary.model)->encode("ab abc", SpecialTokens::Ignore);
        vocabulary.model.keys().set("tokenizer.ggml.model", std::string_view("gpt2"));
        vocabulary.model.keys().set("tokenizer.ggml.pre", std::string_view("gemma4"));
        QCOMPARE(tokenizerOf(vocabulary.model)->encode("ab abc", SpecialTokens::Ignore), expected);
    }

    void damagedMergesAreRefused() {
        PlainVocabulary vocabulary;
        vocabulary.model.keys().set("tokenizer.ggml.merges", Texts{"ab"});
        QCOMPARE(refusal(vocabulary.model, ErrorCode::BadTokenizer),
                 std::string("entry 0 of tokenizer.ggml.merges is no pair"));
        vocabulary.model.keys().set("tokenizer.ggml.merges", Texts{});
        QCOMPARE(refusal(vocabulary.model, ErrorCode::BadTokenizer),
                 std::string("tokenizer.ggml.merges is missing or empty"));
    }
};

PONDER_TEST(PlainBpeTest)
#include "plain_bpe_test.moc"
