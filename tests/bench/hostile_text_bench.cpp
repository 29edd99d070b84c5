// How long texts that mean harm keep the application: Markdown that nests without end, templates that do not
// stop.
#include "app/prompt/chat_template.h"
#include "app/render/markdown_parser.h"
#include "tests/support/cpu_time.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

class HostileTextBench : public QObject {
    Q_OBJECT
private slots:
    void markdownTakesLessThanThreeSeconds_data() {
        QTest::addColumn<QString>("markdown");
        QTest::newRow("brackets") << QString(50000, u'[');
        QTest::newRow("quotes") << QString(20000, u'>');
        QTest::newRow("stars") << QStringLiteral("*a ").repeated(20000);
        QTest::newRow("ticks") << QStringLiteral("`` ` ").repeated(20000);
        QTest::newRow("wide table") << QStringLiteral("|a").repeated(2000) + u'\n' +
                                           QStringLiteral("|-").repeated(2000) + u'\n';
    }
    void markdownTakesLessThanThreeSeconds() {
        QFETCH(QString, markdown);
        const double started = test::threadSeconds();
        parseMarkdown(markdown);
        const double took = test::threadSeconds() - started;
        qInfo("%.3f s", took);
        QVERIFY(took < 3);
    }
    void aTemplateThatLoopsForeverIsStoppedWithinASecond() {
        QVERIFY(secondsOf(QStringLiteral("{% for a in range(1999) %}{% for b in range(1999) %}{{ a + b }}"
                                         "{% endfor %}{% endfor %}")) < 1);
    }
    void aTemplateThatGrowsWithoutEndIsStoppedWithinTwoSeconds() {
        QVERIFY(secondsOf(QStringLiteral("{% set ns = namespace(x='ab') %}{% for i in range(60) %}"
                                         "{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}")) < 2);
        QVERIFY(secondsOf(QStringLiteral("{{ range(99999999) | length }}")) < 2);
    }

private:
    // Processor time until the template is refused.
    static double secondsOf(const QString& source) {
        ChatTemplate chatTemplate(source, QStringLiteral("Some model"));
        const double started = test::threadSeconds();
        const bool rendered = bool(chatTemplate.render({}));
        const double took = test::threadSeconds() - started;
        qInfo("%.3f s", took);
        return rendered ? HUGE_VAL : took;
    }
};

PONDER_TEST(HostileTextBench)
#include "hostile_text_bench.moc"
