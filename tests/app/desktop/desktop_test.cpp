// Theme, languages, fonts, icons, options and the documents behind text items.
#include "app/desktop/clipboard.h"
#include "app/desktop/icon.h"
#include "app/desktop/language_switch.h"
#include "app/desktop/plain_document.h"
#include "app/desktop/rich_document.h"
#include "app/desktop/theme_source.h"
#include "app/desktop/typeface.h"
#include "app/desktop/window_options.h"
#include "tests/support/test_class.h"

#include <QClipboard>
#include <QDBusVariant>
#include <QGuiApplication>
#include <QPainter>
#include <QPalette>
#include <QQmlComponent>
#include <QQmlEngine>
#include <QSignalSpy>
#include <QTest>
#include <QTextBlock>
#include <QTextDocument>

using namespace ponder;

class DesktopTest : public QObject {
    Q_OBJECT
private slots:
    void thePortalsNumbersMeanDarkLightAndNoPreference() {
        const auto nested = [](uint scheme) {
            return QVariant::fromValue(QDBusVariant(QVariant::fromValue(QDBusVariant(scheme))));
        };
        QCOMPARE(ThemeSource::fromPortal(nested(1)), std::optional(true));
        QCOMPARE(ThemeSource::fromPortal(nested(2)), std::optional(false));
        QVERIFY(!ThemeSource::fromPortal(nested(0)));
        QVERIFY(!ThemeSource::fromPortal(QStringLiteral("dark")));
    }

    void withoutAPortalThePaletteDecidesAndIsFollowed() {
        ThemeSource source;
        QPalette dark = QGuiApplication::palette();
        const QPalette before = dark;
        dark.setColor(QPalette::Window, Qt::black);
        QSignalSpy changes(&source, &ThemeSource::darkChanged);
        const bool wasDark = source.dark();
        QGuiApplication::setPalette(dark);
        QTRY_VERIFY(source.dark());
        QCOMPARE(changes.size(), wasDark ? 0 : 1);
        QGuiApplication::setPalette(before);
        QTRY_COMPARE(source.dark(), wasDark);
    }

    void theLanguageIsTheOneChosenElseTheFirstKnownOneOfTheDesktop() {
        QCOMPARE(LanguageSwitch::resolve(QStringLiteral("ko"), {}), QStringLiteral("ko"));
        QCOMPARE(LanguageSwitch::resolve(QStringLiteral("system"),
                                         {QStringLiteral("fr-FR"), QStringLiteral("zh-Hans-CN")}),
                 QStringLiteral("zh_CN"));
        QCOMPARE(LanguageSwitch::resolve(QStringLiteral("system"), {QStringLiteral("fr-FR")}),
                 QStringLiteral("en"));
        QCOMPARE(LanguageSwitch::resolve(QStringLiteral("nonsense"), {}), QStringLiteral("en"));
    }

    void switchingTheLanguageTranslatesAtOnce() {
        LanguageSwitch languages(nullptr);
        languages.use(QStringLiteral("ko"));
        QCOMPARE(QCoreApplication::translate("GroupHeading", "Today"), QStringLiteral("오늘"));
        QSignalSpy changes(&languages, &LanguageSwitch::languageChanged);
        languages.use(QStringLiteral("zh_CN"));
        QCOMPARE(QCoreApplication::translate("GroupHeading", "Today"), QStringLiteral("今天"));
        QCOMPARE(changes.size(), 1);
        languages.use(QStringLiteral("en"));
        QCOMPARE(QCoreApplication::translate("GroupHeading", "Today"), QStringLiteral("Today"));
        QCOMPARE(QCoreApplication::translate("ThinkingPanel", "%n tokens", nullptr, 1),
                 QStringLiteral("1 token"));
        QCOMPARE(QCoreApplication::translate("ThinkingPanel", "%n tokens", nullptr, 2),
                 QStringLiteral("2 tokens"));
    }

    void chineseIsNeverDrawnWithJapaneseGlyphs() {
        const Typeface typeface;
        for (const char* language : {"en", "zh_CN", "ko"}) {
            const QStringList families = typeface.text(QString::fromLatin1(language), 15, 400).families();
            for (const QString& family : families)
                QVERIFY2(!family.contains(u"JP"), qPrintable(family));
            if (families.contains(QStringLiteral("Noto Sans CJK SC")) && language != QByteArray("ko"))
                QVERIFY(families.indexOf(QStringLiteral("Noto Sans CJK SC")) <
                        std::max<qsizetype>(1, families.indexOf(QStringLiteral("Noto Sans CJK KR"))) + 1);
        }
        const QFont half = typeface.text(QStringLiteral("en"), 13.5, 500);
        QVERIFY(std::abs(QFontInfo(half).pixelSize() - 13.5) <= 0.5);
    }

    void everyIconDrawsSomething() {
        QVERIFY(Icon::names().size() > 10);
        for (const QString& name : Icon::names()) {
            Icon icon;
            icon.setSize(QSizeF(32, 32));
            icon.setName(name);
            QImage image(32, 32, QImage::Format_ARGB32_Premultiplied);
            image.fill(Qt::transparent);
            QPainter painter(&image);
            icon.paint(&painter);
            painter.end();
            int drawn = 0;
            for (int y = 0; y < 32; ++y)
                for (int x = 0; x < 32; ++x)
                    drawn += qAlpha(image.pixel(x, y)) > 128;
            QVERIFY2(drawn > 20, qPrintable(name));
        }
    }

    void theClipboardGetsTheText() {
        Clipboard clipboard;
        clipboard.copy(QStringLiteral("한국어 中文"));
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("한국어 中文"));
    }

    void textThatGrowsIsAppendedAndOtherTextReplaces() {
        const auto edit = textEdit();
        auto* quick = edit->property("textDocument").value<QQuickTextDocument*>();
        PlainDocument document;
        document.setDocument(quick);
        document.setLineHeight(24);
        document.setText(QStringLiteral("one"));
        QList<int> removals;
        connect(quick->textDocument(), &QTextDocument::contentsChange, this,
                [&](int, int removed, int) { removals << removed; });
        document.setText(QStringLiteral("one\ntwo"));
        QCOMPARE(removals, QList<int>{0});
        QCOMPARE(quick->textDocument()->toPlainText(), QStringLiteral("one\ntwo"));
        QCOMPARE(quick->textDocument()->lastBlock().blockFormat().lineHeight(), 24.0);
        document.setText(QStringLiteral("other"));
        QCOMPARE(quick->textDocument()->toPlainText(), QStringLiteral("other"));
    }

    void richTextKeepsItsWordsAndTheLineHeight() {
        const auto edit = textEdit();
        auto* quick = edit->property("textDocument").value<QQuickTextDocument*>();
        RichDocument document;
        document.setProperty("document", QVariant::fromValue(quick));
        document.setProperty("lineHeight", 25.0);
        document.setProperty("html", QStringLiteral("a <b>bold</b> <code>x&lt;1</code>"));
        document.setProperty("ready", true);
        QCOMPARE(quick->textDocument()->toPlainText(), QStringLiteral("a bold x<1"));
        QCOMPARE(quick->textDocument()->firstBlock().blockFormat().lineHeight(), 25.0);
    }

    void theOptionsOfTheWindowAreRead() {
        const WindowOptions options = WindowOptions::parse(
            {QStringLiteral("ponder"), QStringLiteral("--fake"), QStringLiteral("--quit-after"),
             QStringLiteral("500"), QStringLiteral("--model"), QStringLiteral("/m/x.gguf")});
        QVERIFY(!options.exit);
        QVERIFY(options.fake);
        QCOMPARE(options.quitAfterMs, 500);
        QCOMPARE(options.model, QStringLiteral("/m/x.gguf"));
        const WindowOptions wrong =
            WindowOptions::parse({QStringLiteral("ponder"), QStringLiteral("--nonsense")});
        QVERIFY(wrong.exit);
        QCOMPARE(wrong.exit->status, 2);
    }

private:
    std::unique_ptr<QObject> textEdit() {
        QQmlComponent component(&m_engine);
        component.setData("import QtQuick\nTextEdit { width: 200 }", QUrl());
        return std::unique_ptr<QObject>(component.create());
    }

    QQmlEngine m_engine;
};

PONDER_TEST(DesktopTest)
#include "desktop_test.moc"
