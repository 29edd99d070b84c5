#include "app/chat/think_marks.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

class ThinkMarksTest : public QObject {
    Q_OBJECT
private slots:
    void neverFoldsNothingWhateverTheModelSays() {
        const ThinkMarkers model{.reasons = true, .startsInside = true};
        QVERIFY(!markersFromLine(QStringLiteral("never"), model)->reasons);
    }
    void twoMarksReplaceThoseOfTheModel() {
        const auto own = markersFromLine(QStringLiteral("  [T]\t[/T] "), {});
        QVERIFY(own && own->reasons);
        QCOMPARE(own->open, QStringLiteral("[T]"));
        QCOMPARE(own->close, QStringLiteral("[/T]"));
    }
    void anythingElseLeavesTheModelsOwn() {
        for (const char* line : {"", " ", "<think>", "a b c", "same same"})
            QVERIFY2(!markersFromLine(QString::fromLatin1(line), {}), line);
    }
};

PONDER_TEST(ThinkMarksTest)
#include "think_marks_test.moc"
