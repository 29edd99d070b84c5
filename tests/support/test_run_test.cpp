// What the words of a test program's command line mean.
#include "tests/support/test_run.h"

#include "tests/support/test_class.h"

using ponder::test::TestClass;
using ponder::test::TestRun;

class TestRunTest : public QObject {
    Q_OBJECT
    static TestRun of(const char* words) {
        return TestRun::of(
            QString::fromUtf8(words).split(u' ', Qt::SkipEmptyParts),
            {QStringLiteral("cache_test"), QStringLiteral("plan_test"), QStringLiteral("row_bench")});
    }
private slots:
    void withoutANameEveryClassRuns() {
        QCOMPARE(of("").classes.size(), 3);
        QCOMPARE(of("-v2").classes.size(), 3);
        QCOMPARE(of("-v2").words, QStringList{QStringLiteral("-v2")});
    }
    void onlyTheClassesThatAreNamedRun() {
        const TestRun run = of("plan_test aRowIsPlanned:short -maxwarnings 3");
        QCOMPARE(run.classes, QStringList{QStringLiteral("plan_test")});
        QCOMPARE(run.words.join(u' '), QStringLiteral("aRowIsPlanned:short -maxwarnings 3"));
        QCOMPARE(of("cache_test row_bench").classes.size(), 2);
    }
    void aNameThatIsNoClassOfTheProgramIsSaid() {
        QCOMPARE(of("other_test").unknown, QStringLiteral("other_test"));
        QCOMPARE(of("-o other_test,txt").unknown, QString());
        QCOMPARE(of("plan_test").unknown, QString());
    }
    void severalClassesWriteSeveralFilesOfResults() {
        const TestRun several = of("-o out/results.xml,junitxml -o -,txt");
        QCOMPARE(several.wordsFor(QStringLiteral("plan_test")).join(u' '),
                 QStringLiteral("-o out/plan_test-results.xml,junitxml -o -,txt"));
        QCOMPARE(of("-o results.txt").wordsFor(QStringLiteral("plan_test")).join(u' '),
                 QStringLiteral("-o plan_test-results.txt"));
        QCOMPARE(of("plan_test -o results.xml,junitxml").wordsFor(QStringLiteral("plan_test")).join(u' '),
                 QStringLiteral("-o results.xml,junitxml"));
    }
    void aClassIsKnownByTheNameOfItsSource() {
        QCOMPARE(TestClass::all().size(), std::size_t{1});
        QCOMPARE(TestClass::all().front()->name(), std::string("test_run_test"));
    }
};

PONDER_TEST(TestRunTest)
#include "test_run_test.moc"
