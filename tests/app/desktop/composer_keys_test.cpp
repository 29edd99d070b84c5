// Enter in the composer while an input method composes, by the events such methods send.
#include "app/desktop/composer_keys.h"
#include "tests/support/test_class.h"

#include <QInputMethodEvent>
#include <QQmlComponent>
#include <QQmlEngine>
#include <QQuickItem>
#include <QQuickWindow>
#include <QSignalSpy>
#include <QTest>

using ponder::ComposerKeys;

class ComposerKeysTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        QQmlComponent component(&m_engine);
        component.setData("import QtQuick\nTextEdit { focus: true; width: 200; height: 100 }", QUrl());
        m_text.reset(qobject_cast<QQuickItem*>(component.create()));
        QVERIFY2(m_text, qPrintable(component.errorString()));
        m_window = std::make_unique<QQuickWindow>();
        m_text->setParentItem(m_window->contentItem());
        m_window->show();
        m_window->requestActivate();
        m_text->forceActiveFocus();
        QTRY_VERIFY(m_text->hasActiveFocus());
        m_keys = std::make_unique<ComposerKeys>();
        m_keys->setTarget(m_text.get());
        m_sent.clear();
        // What the window does: take the text, empty the composer.
        connect(m_keys.get(), &ComposerKeys::sendRequested, this, [this] {
            m_sent << text();
            m_text->setProperty("text", QString());
        });
    }
    void cleanup() {
        m_keys.reset();
        m_text.reset();
        m_window.reset();
    }

    void enterSends() {
        type(QStringLiteral("hello"));
        enter();
        QCOMPARE(m_sent, QStringList{QStringLiteral("hello")});
    }

    void shiftAndEnterStartsALine() {
        type(QStringLiteral("a"));
        enter(Qt::ShiftModifier);
        QVERIFY(m_sent.isEmpty());
        QCOMPARE(text(), QStringLiteral("a\n"));
    }

    void oneEnterCommitsTheKoreanSyllableAndSends() {
        commit(QStringLiteral("안"));
        preedit(QStringLiteral("녕"));
        enter();
        QCOMPARE(m_sent, QStringList{QStringLiteral("안녕")});
        QCOMPARE(text(), QString());
    }

    void aSingleKoreanJamoIsCommittedAndSentToo() {
        preedit(QStringLiteral("ㅋ"));
        enter();
        QCOMPARE(m_sent, QStringList{QStringLiteral("ㅋ")});
    }

    void aKoreanSyllableThatTheInputMethodCommitsBeforeTheEnterIsNotDoubled() {
        preedit(QStringLiteral("녕"));
        commit(QStringLiteral("녕"));
        enter();
        QCOMPARE(m_sent, QStringList{QStringLiteral("녕")});
    }

    void aLateSecondCommitOfTheSentSyllableIsDropped() {
        preedit(QStringLiteral("녕"));
        enter();
        commit(QStringLiteral("녕"));
        QCOMPARE(m_sent, QStringList{QStringLiteral("녕")});
        QCOMPARE(text(), QString());
    }

    void theSameSyllableTypedAnewAfterSendingIsKept() {
        preedit(QStringLiteral("네"));
        enter();
        preedit(QStringLiteral("네"));
        commit(QStringLiteral("네"));
        QCOMPARE(text(), QStringLiteral("네"));
    }

    void enterWithinAChineseCompositionDoesNotSend() {
        preedit(QStringLiteral("ni hao"));
        enter();
        QVERIFY(m_sent.isEmpty());
        QCOMPARE(text(), QString());
        QCOMPARE(m_text->property("preeditText").toString(), QStringLiteral("ni hao"));
    }

    void enterThatEndsAChineseCompositionDoesNotSendButTheNextDoes() {
        preedit(QStringLiteral("nihao"));
        commit(QStringLiteral("nihao")); // Enter in pinyin takes the letters as they are
        enter();                         // some input methods pass the same Enter on
        QVERIFY(m_sent.isEmpty());
        QCOMPARE(text(), QStringLiteral("nihao"));
        QTest::qWait(80);
        enter();
        QCOMPARE(m_sent, QStringList{QStringLiteral("nihao")});
    }

    void aChineseCandidateChosenBySpaceIsSentByTheNextEnter() {
        preedit(QStringLiteral("nihao"));
        commit(QStringLiteral("你好"));
        QTest::qWait(80);
        enter();
        QCOMPARE(m_sent, QStringList{QStringLiteral("你好")});
    }

    void enterThatEndsAJapaneseCompositionDoesNotSend() {
        preedit(QStringLiteral("にほん"));
        enter();
        QVERIFY(m_sent.isEmpty());
        preedit(QStringLiteral("日本"));
        commit(QStringLiteral("日本"));
        enter();
        QVERIFY(m_sent.isEmpty());
        QCOMPARE(text(), QStringLiteral("日本"));
    }

    void hangulIsToldFromOtherScripts() {
        QVERIFY(ComposerKeys::isHangul(QStringLiteral("한글ㅎ")));
        QVERIFY(!ComposerKeys::isHangul(QStringLiteral("漢字")));
        QVERIFY(!ComposerKeys::isHangul(QStringLiteral("한a")));
        QVERIFY(!ComposerKeys::isHangul(QString()));
    }

private:
    QString text() const { return m_text->property("text").toString(); }
    void type(const QString& letters) {
        for (const QChar letter : letters)
            QTest::keyClick(m_window.get(), letter.toLatin1());
    }
    void enter(Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(m_window.get(), Qt::Key_Return, modifiers);
    }
    void preedit(const QString& composing) {
        QInputMethodEvent event(composing, {});
        QCoreApplication::sendEvent(m_text.get(), &event);
    }
    void commit(const QString& done) {
        QInputMethodEvent event;
        event.setCommitString(done);
        QCoreApplication::sendEvent(m_text.get(), &event);
    }

    QQmlEngine m_engine;
    std::unique_ptr<QQuickWindow> m_window;
    std::unique_ptr<QQuickItem> m_text;
    std::unique_ptr<ComposerKeys> m_keys;
    QStringList m_sent;
};

PONDER_TEST(ComposerKeysTest)
#include "composer_keys_test.moc"
