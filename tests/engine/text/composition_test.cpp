// Composed text, against Qt's own normalization, and which families compose.
#include "engine/text/composition.h"
#include "tests/support/small_vocabulary.h"
#include "tests/support/test_class.h"
#include "tests/support/tokenizer_checks.h"

#include <QTest>

#include <random>

using namespace ponder;
using namespace ponder::test;

namespace {

std::string inForm(QString::NormalizationForm form, const QString& text) {
    return text.normalized(form).toStdString();
}

std::vector<TokenId> ids(const SmallVocabulary& vocabulary, const std::string& text) {
    const auto tokenizer = tokenizerOf(vocabulary.model);
    return tokenizer ? tokenizer->encode(text, SpecialTokens::Parse) : std::vector<TokenId>();
}

} // namespace

class CompositionTest : public QObject {
    Q_OBJECT
private slots:
    void everyCharacterComposesAsQtSays() {
        for (char32_t code = 1; code < 0x110000; ++code) {
            if (code >= 0xD800 && code < 0xE000) continue;
            if (QChar::unicodeVersion(code) == QChar::Unicode_Unassigned) continue;
            const QString text = QString::fromUcs4(&code, 1);
            for (const QString& around : {"a" + text + "x", QStringLiteral("가") + text}) {
                const std::string utf8 = around.toStdString();
                const std::string wanted = inForm(QString::NormalizationForm_C, around);
                if (composed(utf8).value_or(utf8) != wanted)
                    QFAIL(qPrintable(QStringLiteral("U+%1").arg(static_cast<int>(code), 4, 16)));
            }
        }
    }

    void textsOfManyMarksComposeAsQtSays() {
        std::mt19937 random(3);
        const std::u32string letters =
            U"ao각각ㄱ가e\u0301\u0327\u0323\u0308\u0338<>=\u212B漢か\u3099शे\u0F71\u0F72 ";
        for (int round = 0; round < 2000; ++round) {
            std::u32string word;
            for (int i = 0; i < 12; ++i)
                word += letters[random() % letters.size()];
            const QString text = QString::fromStdU32String(word);
            const std::string utf8 = text.toStdString();
            QCOMPARE(QString::fromStdString(composed(utf8).value_or(utf8)),
                     text.normalized(QString::NormalizationForm_C));
        }
    }

    void textThatIsComposedIsNotCopied() {
        for (const char* text : {"", "plain", "naïve 한국어 漢字 かな Ж 😀", "ẬḲ"})
            QVERIFY2(!composed(text), text);
        QVERIFY(composed("e\u0301"));
    }

    void koreanInEitherFormGivesTheSameIdsWhereTheFamilyComposes() {
        for (const char* name : {"qwen2", "deepseek-r1-qwen", "megrez", "stablelm2"})
            for (const QString& text : {QStringLiteral("한국어"), QStringLiteral("안녕하세요, Ünïcode né"),
                                        QStringLiteral("パーティー"), QStringLiteral("Tiếng Việt")}) {
                SmallVocabulary vocabulary;
                vocabulary.model.keys().set("tokenizer.ggml.pre", std::string_view(name));
                const auto joined = ids(vocabulary, inForm(QString::NormalizationForm_C, text));
                QVERIFY(!joined.empty());
                QCOMPARE(ids(vocabulary, inForm(QString::NormalizationForm_D, text)), joined);
            }
        for (const char* name : {"llama-bpe", "gpt-2", "gpt-4o", "tekken"}) {
            SmallVocabulary vocabulary;
            vocabulary.model.keys().set("tokenizer.ggml.pre", std::string_view(name));
            const QString text = QStringLiteral("한국어");
            QVERIFY(ids(vocabulary, inForm(QString::NormalizationForm_D, text)) !=
                    ids(vocabulary, inForm(QString::NormalizationForm_C, text)));
        }
    }

    void aBorrowedRuleComposesOnlyInItsFamily() {
        SmallVocabulary vocabulary;
        vocabulary.model.keys().set("tokenizer.ggml.pre", std::string_view("qwen35"));
        QVERIFY(ids(vocabulary, "e\u0301") != ids(vocabulary, "é"));
        vocabulary.model.keys().set("general.architecture", std::string_view("qwen35moe"));
        QCOMPARE(ids(vocabulary, "e\u0301"), ids(vocabulary, "é"));
    }

    void specialTokensAreFoundBeforeTextIsComposed() {
        const SmallVocabulary vocabulary;
        // U+0338 would make another character of the mark's last one.
        const auto tokenizer = tokenizerOf(vocabulary.model);
        const auto found = tokenizer->encode("<|im_end|>\u0338", SpecialTokens::Parse);
        QCOMPARE(found.front(), *tokenizer->find("<|im_end|>"));
    }
};

PONDER_TEST(CompositionTest)
#include "composition_test.moc"
