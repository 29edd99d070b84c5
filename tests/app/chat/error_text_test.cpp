// The particulars of an error follow the language of its sentence.
#include "app/chat/error_text.h"

#include "engine/base/translatable.h"
#include "engine/file/model_file.h"
#include "tests/support/test_class.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QTest>
#include <QTranslator>

using namespace ponder;

namespace {

// A translator that is installed as long as it lives.
struct Language {
    explicit Language(const QString& code) : loaded(translator.load(":/i18n/ponder_" + code + ".qm")) {
        QCoreApplication::installTranslator(&translator);
    }
    QTranslator translator;
    bool loaded;
};

Error refusal(std::string_view content) {
    std::vector<std::byte> bytes;
    for (const char c : content)
        bytes.push_back(static_cast<std::byte>(c));
    const auto file = ModelFile::fromBytes(std::move(bytes), "model.gguf");
    return file ? Error{} : file.error();
}

// Nothing, or the words of another language that are left when the names are taken out.
QString foreignWords(QString text, const QStringList& names) {
    for (const QString& name : names)
        text.remove(name);
    static const QRegularExpression word(QStringLiteral("[A-Za-z]+"));
    QStringList found;
    for (auto it = word.globalMatch(text); it.hasNext();)
        found << it.next().captured();
    return found.join(u' ');
}

} // namespace

class ErrorTextTest : public QObject {
    Q_OBJECT
private slots:
    void particularsAreInTheLanguageOfTheSentence_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<QString>("start");
        QTest::addColumn<QString>("page");
        QTest::newRow("Korean") << "ko" << QStringLiteral(": \"GGUF\"가 아니라 \"# Po\"(으)로 시작합니다. ")
                                << QStringLiteral(": 웹 페이지입니다. ");
        QTest::newRow("Chinese") << "zh_CN" << QStringLiteral("：开头是“# Po”，而不是“GGUF”。")
                                 << QStringLiteral("：它是网页。");
    }
    void particularsAreInTheLanguageOfTheSentence() {
        QFETCH(QString, language);
        QFETCH(QString, start);
        QFETCH(QString, page);
        const Language installed(language);
        QVERIFY(installed.loaded);
        const QStringList names{"model.gguf", ".gguf", "GGUF", "# Po"};
        for (const auto& [content, expected] : {std::pair{"# Ponder", start}, std::pair{"<!DOCTYPE", page}}) {
            const QString text = errorText(refusal(content));
            QVERIFY2(text.contains(expected), qPrintable(text));
            QCOMPARE(foreignWords(text, names), QString());
        }
    }

    void aKeyStandsInsideTheTranslatedPattern() {
        const Language installed(QStringLiteral("ko"));
        const Error error{ErrorCode::BadMetadata, "model.gguf",
                          Detail{PONDER_TR_NOOP("ErrorDetail", "%1 must be a number from 1 to %2"),
                                 {"qwen2.block_count", "1024"}}};
        const QString text = errorText(error);
        QVERIFY2(text.contains(QStringLiteral("qwen2.block_count은(는) 1에서 1024까지의 수여야 합니다. ")),
                 qPrintable(text));
        QCOMPARE(foreignWords(text, {"model.gguf", "qwen2.block_count"}), QString());
    }

    void withoutATranslationTheyAreEnglish() {
        const Error error = refusal("# Ponder");
        QCOMPARE(errorText(error), QString::fromStdString(error.message()));
        QVERIFY(errorText(error).contains(QStringLiteral("it begins with \"# Po\" instead of \"GGUF\"")));
    }

    void aPlainTextAndWhatLooksLikeAPlaceStayAsTheyAre() {
        const Language installed(QStringLiteral("ko"));
        QCOMPARE(detailText("it is a folder named %1"), QStringLiteral("it is a folder named %1"));
        const QString text = detailText(Detail{"%1 is missing", {"a%2%1"}});
        QCOMPARE(text, QStringLiteral("a%2%1이(가) 없습니다"));
        QCOMPARE(detailText({}), QString());
    }
};

PONDER_TEST(ErrorTextTest)
#include "error_text_test.moc"
