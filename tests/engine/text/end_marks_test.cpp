// Ends of replies that converters typed wrongly, special ids that name no token, and what is said about both.
#include "engine/text/stream_decoder.h"
#include "tests/support/small_vocabulary.h"
#include "tests/support/test_class.h"
#include "tests/support/tokenizer_checks.h"

#include <QTest>

using namespace ponder;
using namespace ponder::test;

namespace {

enum Type { kNormal = 1, kControl = 3, kUserDefined = 4, kUnused = 5 };

std::vector<std::string> notes(const Tokenizer& tokenizer) {
    std::vector<std::string> out;
    for (const Detail& note : tokenizer.notes())
        out.push_back(note.english());
    return out;
}

// Ends a reply, is not shown, and the template's text becomes it.
bool isEnd(const Tokenizer& tokenizer, TokenId id) {
    return tokenizer.isEndOfGeneration(id) && tokenizer.isControl(id) &&
           StreamDecoder(tokenizer).push(id).empty() &&
           tokenizer.encode(tokenizer.piece(id), SpecialTokens::Parse) == std::vector<TokenId>{id};
}

} // namespace

class EndMarksTest : public QObject {
    Q_OBJECT
private slots:
    void anEndMarkTypedAsOrdinaryTextEndsAReplyAndIsNeverShown() {
        for (const int type : {kNormal, kUserDefined, kUnused})
            for (const char* text : {"<|eot_id|>", "<|end|>", "<|endoftext|>", "<end_of_turn>", "<turn|>",
                                     "[|endofturn|]", "<|return|>", "<|call|>", "<｜end▁of▁sentence｜>"}) {
                SmallVocabulary vocabulary;
                const TokenId id = vocabulary.add(text, type);
                vocabulary.publish();
                const auto tokenizer = tokenizerOf(vocabulary.model);
                QVERIFY(tokenizer);
                QVERIFY2(isEnd(*tokenizer, id), text);
                QCOMPARE(notes(*tokenizer).size(), std::size_t{type == kNormal});
            }
    }

    void aPersonWhoTypesSuchAMarkStillTypesText() {
        SmallVocabulary vocabulary;
        const TokenId id = vocabulary.add("<|eot_id|>", kNormal);
        vocabulary.publish();
        const auto tokenizer = tokenizerOf(vocabulary.model);
        const std::vector<std::size_t> literal{0};
        QCOMPARE(count(tokenizer->encode("<|eot_id|>", SpecialTokens::Parse, literal), id), std::size_t{0});
        QCOMPARE(count(tokenizer->encode("<|eot_id|>", SpecialTokens::Ignore), id), std::size_t{0});
    }

    void aWordThatMergesMakeIsNoMark() {
        SmallVocabulary vocabulary;
        vocabulary.merge("<", "/");
        vocabulary.merge("</", "s");
        vocabulary.merge("</s", ">");
        vocabulary.publish();
        vocabulary.model.keys().set("tokenizer.chat_template", std::string_view("{{ m }}</s>"));
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        TokenId word = 0;
        while (tokenizer->piece(word) != "</s>")
            ++word;
        QVERIFY(!tokenizer->isEndOfGeneration(word) && !tokenizer->isControl(word));
    }

    void anElementOfHtmlIsAnEndOnlyWhereTheFamilyOrTheTemplateMakesItOne() {
        for (const int type : {kNormal, kUserDefined}) {
            SmallVocabulary gemma; // has it for HTML, as it has <s>
            gemma.add("<s>", type);
            const TokenId element = gemma.add("</s>", type);
            gemma.publish();
            const auto html = tokenizerOf(gemma.model);
            QVERIFY(!html->isEndOfGeneration(element) && !html->isControl(element));

            gemma.model.keys().set("tokenizer.chat_template", std::string_view("[INST]{{ m }}</s>"));
            QVERIFY(isEnd(*tokenizerOf(gemma.model), element));

            SmallVocabulary llama;
            llama.add("<s>", kControl);
            const TokenId end = llama.add("</s>", type);
            llama.publish();
            QVERIFY(isEnd(*tokenizerOf(llama.model), end));
        }
    }

    void whereAReplyGoesOnAfterAMessageTheMessagesEndIsNoEnd() {
        SmallVocabulary vocabulary;
        const TokenId message = vocabulary.add("<|end|>", kControl);
        const TokenId reply = vocabulary.add("<|return|>", kControl);
        vocabulary.publish();
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(!tokenizer->isEndOfGeneration(message));
        QVERIFY(tokenizer->isControl(message));
        QVERIFY(tokenizer->isEndOfGeneration(reply));
    }

    void theNextSpeakersMarkIsAnEndWhereAFamilyWritesNoOther() {
        SmallVocabulary phi;
        const TokenId role = phi.add("<|user|>", kControl);
        phi.publish();
        QVERIFY(!tokenizerOf(phi.model)->isEndOfGeneration(role));
        SmallVocabulary glm;
        const TokenId user = glm.add("<|user|>", kNormal);
        const TokenId tools = glm.add("<|observation|>", kControl);
        glm.publish();
        const auto tokenizer = tokenizerOf(glm.model);
        QVERIFY(isEnd(*tokenizer, user));
        QVERIFY(isEnd(*tokenizer, tools));
    }

    void marksThatTheTemplateWritesAreMarksWithoutTypesToo() {
        SmallVocabulary vocabulary;
        const TokenId role = vocabulary.add("<|role|>", kNormal);
        const TokenId other = vocabulary.add("<|other|>", kNormal);
        vocabulary.publish();
        vocabulary.model.keys().set("tokenizer.chat_template", std::string_view("<|role|>{{ m }}<|im_end|>"));
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QCOMPARE(tokenizer->encode("<|role|>", SpecialTokens::Parse), std::vector<TokenId>{role});
        QVERIFY(tokenizer->isControl(role) && !tokenizer->isEndOfGeneration(role));
        QVERIFY(!tokenizer->isControl(other));
    }

    void aSpecialIdOutsideTheVocabularyIsPassedOverAndNoted_data() {
        QTest::addColumn<QString>("key");
        for (const char* name : {"bos", "eos", "eot", "eom", "unknown", "padding", "mask"})
            QTest::newRow(name) << QStringLiteral("tokenizer.ggml.%1_token_id").arg(QLatin1String(name));
    }
    void aSpecialIdOutsideTheVocabularyIsPassedOverAndNoted() {
        QFETCH(QString, key);
        for (const MetadataValue& value :
             {MetadataValue(std::uint64_t{4294967295}), MetadataValue(std::int64_t{-1}),
              MetadataValue(std::uint64_t{262}), MetadataValue(std::string_view("1"))}) {
            SmallVocabulary vocabulary; // of 261 tokens
            vocabulary.model.keys().set(key.toStdString(), value);
            const auto tokenizer = tokenizerOf(vocabulary.model);
            QVERIFY(tokenizer);
            QCOMPARE(
                notes(*tokenizer),
                std::vector<std::string>{key.toStdString() + " is not one of its tokens and is passed over"});
            QVERIFY(tokenizer->isEndOfGeneration(*tokenizer->find("<|im_end|>")));
            QCOMPARE(tokenizer->eos(), tokenizer->find("<|im_end|>")); // the mark that is known
        }
    }

    void aVocabularyWithoutAnyEndIsRefusedWhereTheOneItNamesIsNotThere() {
        SmallVocabulary vocabulary;
        MemoryModel model;
        for (const auto& [key, value] : vocabulary.model.metadata().all())
            model.keys().set(key, value);
        std::vector<std::string_view> texts;
        for (const std::string_view text : vocabulary.model.metadata().texts("tokenizer.ggml.tokens"))
            texts.push_back(text == "<|im_end|>" ? "<|im_mid|>" : text);
        model.keys().set("tokenizer.ggml.tokens", texts);
        model.keys().set("tokenizer.ggml.eos_token_id", std::uint64_t{1'000'000});
        QCOMPARE(refusal(model, ErrorCode::BadTokenizer),
                 std::string("tokenizer.ggml.eos_token_id is not one of its tokens"));
    }

    void aBeginningThatEveryTextNeedsIsFoundByItsNameOrMissed() {
        SmallVocabulary vocabulary;
        vocabulary.model.keys().set("tokenizer.ggml.add_bos_token", true);
        vocabulary.model.keys().set("tokenizer.ggml.bos_token_id", std::uint64_t{4294967295});
        QCOMPARE(refusal(vocabulary.model, ErrorCode::BadTokenizer),
                 std::string("tokenizer.ggml.bos_token_id is not one of its tokens"));
        SmallVocabulary llama;
        const TokenId begin = llama.add("<|begin_of_text|>", kControl);
        llama.publish();
        llama.model.keys().set("tokenizer.ggml.add_bos_token", true);
        llama.model.keys().set("tokenizer.ggml.bos_token_id", std::uint64_t{4294967295});
        const auto tokenizer = tokenizerOf(llama.model);
        QVERIFY(tokenizer);
        QCOMPARE(tokenizer->bos(), std::optional<TokenId>(begin));
        QVERIFY(tokenizer->addBos());
    }
};

PONDER_TEST(EndMarksTest)
#include "end_marks_test.moc"
