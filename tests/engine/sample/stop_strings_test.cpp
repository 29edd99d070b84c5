#include "engine/sample/stop_strings.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

class StopStringsTest : public QObject {
    Q_OBJECT
private slots:
    void aStopStringCutAtAnyPlaceEndsTheReplyBeforeIt() {
        const std::string text = "one END two";
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            for (std::size_t second = cut; second <= text.size(); ++second) {
                StopStrings stops({"END"});
                std::string shown = stops.push(text.substr(0, cut));
                shown += stops.push(text.substr(cut, second - cut));
                shown += stops.push(text.substr(second));
                QVERIFY(stops.stopped());
                QCOMPARE(shown, std::string("one "));
            }
        }
    }
    void textThatOnlyBeginsLikeAStopStringIsShownInTheEnd() {
        StopStrings stops({"END", ""});
        std::string shown = stops.push("the E");
        QCOMPARE(shown, std::string("the "));
        shown += stops.push("N");
        QCOMPARE(shown, std::string("the "));
        shown += stops.finish();
        QCOMPARE(shown, std::string("the EN"));
        QVERIFY(!stops.stopped());
    }
    void theEarliestOfSeveralWins() {
        StopStrings stops({"bb", "a"});
        QCOMPARE(stops.push("xabb"), std::string("x"));
    }
};

PONDER_TEST(StopStringsTest)
#include "stop_strings_test.moc"
