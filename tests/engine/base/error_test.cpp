#include "engine/base/error.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

class ErrorTest : public QObject {
    Q_OBJECT
private slots:
    void everyCodeHasASentenceThatEndsInAFullStop() {
        for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
            const std::string_view text = errorTemplate(static_cast<ErrorCode>(code));
            QVERIFY(text.size() > 10 && text.back() == '.');
            if (code != static_cast<int>(ErrorCode::Internal))
                QVERIFY(text != errorTemplate(ErrorCode::Internal));
        }
    }
    void aSubjectThatLooksLikeAPlaceholderIsLeftAsItIs() {
        const Error error{ErrorCode::FileUnreadable, "100%2.gguf", "no permission"};
        QVERIFY(error.message().starts_with("100%2.gguf cannot be read: no permission."));
    }
    void theParticularsFillTheirPatternInOnePass() {
        const Detail detail{"%1 is %2 and not %3", {"a%2", "b"}};
        QCOMPARE(detail.english(), std::string("a%2 is b and not %3"));
        const Error error{ErrorCode::BadMetadata, "m.gguf", detail};
        QVERIFY(error.message().starts_with("m.gguf has a damaged header: a%2 is b and not %3."));
    }
    void aPlainTextIsItsOwnEnglish() {
        QCOMPARE(Detail("50%1 of %2").english(), std::string("50%1 of %2"));
        QVERIFY(Detail("").empty() && Detail().english().empty());
    }
};

PONDER_TEST(ErrorTest)
#include "error_test.moc"
