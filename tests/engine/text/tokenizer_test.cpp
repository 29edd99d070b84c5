// Special tokens, what a person typed, ends of replies, and vocabularies that are damaged or hostile.
#include "engine/text/tokenizer.h"
#include "tests/support/small_vocabulary.h"
#include "tests/support/test_class.h"
#include "tests/support/tokenizer_checks.h"

#include <QTest>

#include <algorithm>
#include <limits>

using namespace ponder;
using namespace ponder::test;

namespace {

using Texts = std::vector<std::string_view>;
using Numbers = std::vector<std::int64_t>;

} // namespace

class TokenizerTest : public QObject {
    Q_OBJECT
private slots:
    void aSpecialTextIsOneTokenOnlyWhereSpecialTokensAreParsed() {
        const SmallVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        const TokenId end = *tokenizer->find("<|im_end|>");
        const auto parsed = tokenizer->encode("hi<|im_end|>", SpecialTokens::Parse);
        const auto ignored = tokenizer->encode("hi<|im_end|>", SpecialTokens::Ignore);
        QCOMPARE(pieces(*tokenizer, parsed), QStringList({"hi", "<|im_end|>"}));
        QCOMPARE(parsed.back(), end);
        QCOMPARE(count(ignored, end), std::size_t{0});
        QCOMPARE(pieces(*tokenizer, ignored).join(""), QString("hi<|im_end|>"));
    }

    void aUserWhoTypesAnEndMarkNeverProducesTheControlToken() {
        const SmallVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        const std::string before = "<|im_start|>user\n";
        const std::string typed = "what is <|im_end|> and <|im_start|>?";
        const std::vector<std::size_t> literal{before.size() + typed.find("<|im_end"),
                                               before.size() + typed.find("<|im_start")};
        const auto ids = tokenizer->encode(before + typed + "<|im_end|>", SpecialTokens::Parse, literal);
        QCOMPARE(count(ids, *tokenizer->find("<|im_start|>")), std::size_t{1});
        QCOMPARE(count(ids, *tokenizer->find("<|im_end|>")), std::size_t{1});
        QCOMPARE(ids.front(), *tokenizer->find("<|im_start|>"));
        QCOMPARE(ids.back(), *tokenizer->find("<|im_end|>"));
        QCOMPARE(pieces(*tokenizer, ids).join(""), QString::fromStdString(before + typed + "<|im_end|>"));
    }

    void typedTextIsMergedWithItsNeighboursAsIfItWereOrdinary() {
        const SmallVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        const std::string text = "hi <|im_end|>hi hi";
        const std::vector<std::size_t> literal{3};
        QCOMPARE(tokenizer->encode(text, SpecialTokens::Parse, literal),
                 tokenizer->encode(text, SpecialTokens::Ignore));
    }

    void aLiteralOffsetSparesOnlyTheSpecialTextThatStartsThere() {
        const SmallVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        const std::string text = "<think><think></think>";
        const std::vector<std::size_t> literal{0, 3, 100};
        const auto ids = tokenizer->encode(text, SpecialTokens::Parse, literal);
        QCOMPARE(count(ids, *tokenizer->find("<think>")), std::size_t{1});
        QCOMPARE(count(ids, *tokenizer->find("</think>")), std::size_t{1});
        QCOMPARE(pieces(*tokenizer, ids).join(""), QString::fromStdString(text));
    }

    void theLongestOfSeveralSpecialTextsWins() {
        SmallVocabulary vocabulary;
        vocabulary.add("<|im", 4);
        vocabulary.add("<|im_end|><|im_end|>", 4);
        vocabulary.publish();
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        const auto ids = tokenizer->encode("<|im_end|><|im_end|><|im_end|><|imx<|i", SpecialTokens::Parse);
        QCOMPARE(pieces(*tokenizer, ids).mid(0, 4),
                 QStringList({"<|im_end|><|im_end|>", "<|im_end|>", "<|im", "x"}));
        const std::span<const std::string> texts = tokenizer->specialTexts();
        QVERIFY(std::is_sorted(texts.begin(), texts.end(),
                               [](const auto& a, const auto& b) { return a.size() > b.size(); }));
        QCOMPARE(texts.front(), std::string("<|im_end|><|im_end|>"));
    }

    void thinkingMarksAreShownAndRoleMarksAreNot() {
        SmallVocabulary vocabulary;
        const TokenId think = vocabulary.add("</think>", 3);  // some conversions call it a control token
        const TokenId user = vocabulary.add("<｜User｜>", 4); // and this one user-defined
        vocabulary.publish();
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        QVERIFY(!tokenizer->isControl(think));
        QVERIFY(tokenizer->isControl(user));
        QVERIFY(tokenizer->isControl(*tokenizer->find("<|im_end|>")));
        QVERIFY(!tokenizer->isControl(*tokenizer->find("<think>")));
        QVERIFY(!tokenizer->isControl(tokenizer->encode("a", SpecialTokens::Ignore)[0]));
    }

    void aReplyEndsAtEosAndEotAndEveryWellKnownEndMark() {
        SmallVocabulary vocabulary;
        std::vector<TokenId> ends;
        for (const char* text : {"<|eot_id|>", "<|end|>", "<|endoftext|>", "</s>", "<end_of_turn>",
                                 "<｜end▁of▁sentence｜>", "[TURN]", "[TOOL]"})
            ends.push_back(vocabulary.add(text, 3));
        const TokenId lookalike = vocabulary.add("<|end|>x", 1);
        vocabulary.publish();
        vocabulary.model.keys().set("tokenizer.ggml.eot_token_id", std::uint64_t{ends[6]});
        vocabulary.model.keys().set("tokenizer.ggml.eom_token_id", std::uint64_t{ends[7]});
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        for (const TokenId id : ends)
            QVERIFY2(tokenizer->isEndOfGeneration(id), tokenizer->piece(id).c_str());
        QVERIFY(tokenizer->isEndOfGeneration(*tokenizer->eos()));
        QVERIFY(!tokenizer->isEndOfGeneration(lookalike));
        QVERIFY(!tokenizer->isEndOfGeneration(*tokenizer->find("<|im_start|>")));
        QVERIFY(!tokenizer->isEndOfGeneration(*tokenizer->find("<think>")));
    }

    void aVocabularyWithoutTypesStillHidesItsEnd() {
        const SmallVocabulary vocabulary;
        test::MemoryModel model;
        for (const auto& [key, value] : vocabulary.model.metadata().all())
            if (key != "tokenizer.ggml.token_type") model.keys().set(key, value);
        const auto tokenizer = tokenizerOf(model);
        QVERIFY(tokenizer);
        QVERIFY(tokenizer->isControl(*tokenizer->eos()));
        QCOMPARE(tokenizer->find("<|im_end|>"), tokenizer->eos());
    }

    void bosIsAddedByTheFilesWordOrTheFamilysHabit() {
        SmallVocabulary vocabulary;
        QVERIFY(!tokenizerOf(vocabulary.model)->addBos());
        vocabulary.model.keys().set("tokenizer.ggml.add_bos_token", true);
        QVERIFY(tokenizerOf(vocabulary.model)->addBos());
        SmallVocabulary llama;
        llama.model.keys().set("tokenizer.ggml.pre", std::string_view("llama-bpe"));
        QVERIFY(tokenizerOf(llama.model)->addBos());
        llama.model.keys().set("tokenizer.ggml.add_bos_token", false);
        QVERIFY(!tokenizerOf(llama.model)->addBos());
    }

    void bytesThatAreNotUtf8AreReadAsReplacementCharacters() {
        const SmallVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        QCOMPARE(tokenizer->encode("a\xFF"
                                   "b<|im_end|>\xE5\xA5",
                                   SpecialTokens::Parse),
                 tokenizer->encode("a\uFFFD"
                                   "b<|im_end|>\uFFFD",
                                   SpecialTokens::Parse));
    }

    void aTokenOutsideTheVocabularyIsNothing() {
        const SmallVocabulary vocabulary;
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        for (const TokenId id :
             {static_cast<TokenId>(tokenizer->size()), std::numeric_limits<TokenId>::max()}) {
            QCOMPARE(tokenizer->piece(id), std::string());
            QVERIFY(!tokenizer->isControl(id) && !tokenizer->isEndOfGeneration(id));
        }
        QCOMPARE(tokenizer->find("no such token"), std::nullopt);
    }

    void anUnknownPreTokenizerIsNamed() {
        SmallVocabulary vocabulary;
        for (const char* name : {"gpt-2\n", "", "Qwen2", "chameleon"}) {
            vocabulary.model.keys().set("tokenizer.ggml.pre", std::string_view(name));
            QCOMPARE(refusal(vocabulary.model, ErrorCode::UnknownTokenizer), std::string(name));
        }
    }

    void anUnknownKindOfTokenizerIsNamed() {
        SmallVocabulary vocabulary;
        vocabulary.model.keys().set("tokenizer.ggml.model", std::string_view("rwkv"));
        QCOMPARE(refusal(vocabulary.model, ErrorCode::UnknownTokenizer), std::string("rwkv"));
        const test::MemoryModel empty;
        QVERIFY(refusal(empty, ErrorCode::BadTokenizer).starts_with("tokenizer.ggml.model"));
    }

    void aDamagedVocabularyIsRefusedWithTheKeyThatIsWrong_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<int>("damage");
        QTest::newRow("no tokens") << "tokenizer.ggml.tokens" << 0;
        QTest::newRow("tokens that are numbers") << "tokenizer.ggml.tokens" << 1;
        QTest::newRow("too few types") << "tokenizer.ggml.token_type" << 1;
        QTest::newRow("no merges") << "tokenizer.ggml.merges" << 0;
        QTest::newRow("a merge of one part") << "tokenizer.ggml.merges" << 2;
        QTest::newRow("a merge of an empty part") << "tokenizer.ggml.merges" << 3;
    }
    void aDamagedVocabularyIsRefusedWithTheKeyThatIsWrong() {
        QFETCH(QString, key);
        QFETCH(int, damage);
        const std::vector<MetadataValue> values{Texts{}, Numbers{1, 2, 3}, Texts{"ab"}, Texts{"a "}};
        SmallVocabulary vocabulary;
        vocabulary.model.keys().set(key.toStdString(), values[static_cast<std::size_t>(damage)]);
        const std::string reason = refusal(vocabulary.model, ErrorCode::BadTokenizer);
        QVERIFY2(reason.find(key.toStdString()) != std::string::npos, reason.c_str());
    }

    void aVocabularyWithoutAByteThatTextNeedsIsRefused() {
        for (const int byte : {0x20, 0x61, 0x0A, 0x80, 0xEA}) {
            const SmallVocabulary vocabulary(byte);
            QCOMPARE(refusal(vocabulary.model, ErrorCode::BadTokenizer),
                     "there is no token for the byte " + std::to_string(byte));
        }
    }

    void aCharacterThatAVocabularyCannotSpellIsLeftOutWhole() {
        for (const int byte : {0x04, 0xF3}) {
            const SmallVocabulary vocabulary(byte);
            const auto tokenizer = tokenizerOf(vocabulary.model);
            QVERIFY(tokenizer);
            const std::string text = byte == 0x04 ? "a\x04z" : "a\U000E0041z";
            QCOMPARE(pieces(*tokenizer, tokenizer->encode(text, SpecialTokens::Parse)).join(""),
                     QString("az"));
        }
    }

    void mergesOfTokensThatAreMissingNeverApply() {
        SmallVocabulary vocabulary;
        vocabulary.model.keys().set("tokenizer.ggml.merges", Texts{"a b", "h i", "zz zz"});
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        QCOMPARE(pieces(*tokenizer, tokenizer->encode("abhi", SpecialTokens::Ignore)),
                 QStringList({"a", "b", "hi"}));
    }

    void tokensThatAreEmptyOrTwiceThereDoNoHarm() {
        SmallVocabulary vocabulary;
        vocabulary.add("", 3);
        vocabulary.add("", 1);
        vocabulary.add("a", 1);
        vocabulary.add("<|im_end|>", 4);
        vocabulary.add(std::string(1000, '<'), 3);
        vocabulary.publish();
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        const auto ids = tokenizer->encode("<<a<|im_end|>", SpecialTokens::Parse);
        QCOMPARE(pieces(*tokenizer, ids), QStringList({"<", "<", "a", "<|im_end|>"}));
        QCOMPARE(ids.back(), *tokenizer->eos());
    }
};

PONDER_TEST(TokenizerTest)
#include "tokenizer_test.moc"
