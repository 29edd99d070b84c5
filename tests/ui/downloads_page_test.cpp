// Downloads in the window, from a hub on this machine: a repository by its name, the queue, what goes wrong.
#include "tests/support/hub_server.h"
#include "tests/support/window_fixture.h"

using namespace ponder;

class DownloadsPageTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_models = std::make_unique<QTemporaryDir>();
        m_hub = std::make_unique<test::HubServer>();
        m_hub->addRepository(QStringLiteral("maker/tiny-GGUF"),
                             {{QStringLiteral("tiny-Q4_K_M.gguf"), test::HubServer::randomBytes(600'000)},
                              {QStringLiteral("tiny-Q8_0.gguf"), test::HubServer::randomBytes(900'000, 2)}});
    }

    void aRepositoryIsLookedUpByItsNameAndOneOfItsFilesComes() {
        WindowFixture fixture;
        QVERIFY(openHub(fixture));
        type(fixture, "maker/tiny-GGUF");
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Download Q4_K_M")));
        QVERIFY(fixture.byAccessibleName(QStringLiteral("Download Q8_0")));
        QTest::keyClick(fixture.window(), Qt::Key_Down);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_COMPARE(fixture.app().downloads()->count(), 1);
        QTRY_VERIFY(!fixture.byAccessibleName(QStringLiteral("Repository")));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("maker/tiny-GGUF")));
        QTRY_COMPARE_WITH_TIMEOUT(step(fixture), QStringLiteral("done"), 20'000);
        press(fixture, QStringLiteral("Take maker/tiny-GGUF off this list"));
        QTRY_COMPARE(fixture.app().downloads()->count(), 0);
    }

    void aDownloadIsPausedResumedAndCancelledInItsRow() {
        m_hub->setTwist([](const test::HubServerRequest&, test::HubServerReply& reply) {
            if (reply.body.size() > 100'000) reply.bytesPerSecond = 50'000;
        });
        WindowFixture fixture;
        QVERIFY(openHub(fixture));
        type(fixture, "maker/tiny-GGUF:Q8_0");
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        press(fixture, QStringLiteral("Download Q8_0"));
        press(fixture, QStringLiteral("Pause: maker/tiny-GGUF"));
        QTRY_COMPARE(step(fixture), QStringLiteral("paused"));
        press(fixture, QStringLiteral("Resume: maker/tiny-GGUF"));
        QTRY_VERIFY(step(fixture) != QStringLiteral("paused"));
        press(fixture, QStringLiteral("Cancel: maker/tiny-GGUF"));
        QTRY_COMPARE(fixture.app().downloads()->count(), 0);
    }

    void aRepositoryThatIsNotThereIsSaidSoWithAWayToTryAgain() {
        WindowFixture fixture;
        QVERIFY(openHub(fixture));
        type(fixture, "maker/nothing");
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_COMPARE(fixture.app().hub()->state(), QStringLiteral("failed"));
        QTRY_VERIFY(fixture.byAccessibleName(fixture.app().hub()->errorText()));
        QVERIFY(fixture.byAccessibleName(QStringLiteral("Try again")));
    }

    void theDownloadButtonOfARowLooksAtItsRepository() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        const QString wanted = fixture.app().fit()->index(0).data(FitListModel::HubNameRole).toString();
        QVERIFY(!wanted.isEmpty());
        press(fixture, QStringLiteral("Download ") +
                           fixture.app().fit()->index(0).data(FitListModel::NameRole).toString());
        QTRY_VERIFY(m_hub->requestsOf(QStringLiteral("/api/models/") + wanted.section(u':', 0, 0)) > 0);
    }

    void theAccessTokenIsTakenAndNotShownAgain() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        QTest::keyClick(fixture.window(), Qt::Key_Comma, Qt::ControlModifier);
        const auto isField = [](QQuickItem* item) {
            return WindowFixture::accessibleName(item) == QStringLiteral("Access token") &&
                   item->metaObject()->indexOfProperty("echoMode") >= 0;
        };
        QTRY_VERIFY(fixture.find(isField));
        QQuickItem* field = fixture.find(isField);
        field->forceActiveFocus(Qt::TabFocusReason);
        type(fixture, "hf_good");
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_VERIFY(fixture.app().hubSettings()->tokenSet());
        QCOMPARE(field->property("text").toString(), QString());
        press(fixture, QStringLiteral("Forget the access token"));
        QTRY_VERIFY(!fixture.app().hubSettings()->tokenSet());
    }

private:
    bool openPage(WindowFixture& fixture) {
        if (!fixture.loaded()) return false;
        fixture.app().hubSettings()->setEndpoint(m_hub->address());
        fixture.app().settings()->setModelsFolder(m_models->path());
        QTest::keyClick(fixture.window(), Qt::Key_M, Qt::ControlModifier);
        return QTest::qWaitFor([&] { return fixture.app().fit()->count() > 0; });
    }
    bool openHub(WindowFixture& fixture) {
        if (!openPage(fixture)) return false;
        press(fixture, QStringLiteral("Browse models"));
        return QTest::qWaitFor([&] {
            QQuickItem* item = fixture.window()->activeFocusItem();
            return item && WindowFixture::accessibleName(item) == QStringLiteral("Repository");
        });
    }
    static void type(WindowFixture& fixture, const QByteArray& text) {
        for (const char letter : text)
            QTest::keyClick(fixture.window(), letter);
    }
    static void press(WindowFixture& fixture, const QString& name) {
        const auto isButton = [&](QQuickItem* item) {
            return WindowFixture::accessibleName(item) == name &&
                   item->metaObject()->indexOfMethod("activate()") >= 0;
        };
        QTRY_VERIFY2(fixture.find(isButton), qPrintable(name));
        QVERIFY(QMetaObject::invokeMethod(fixture.find(isButton), "activate"));
    }
    static QString step(WindowFixture& fixture) {
        return fixture.app().downloads()->index(0).data(DownloadModel::StepRole).toString();
    }

    std::unique_ptr<QTemporaryDir> m_models;
    std::unique_ptr<test::HubServer> m_hub;
};

QTEST_MAIN(DownloadsPageTest)
#include "downloads_page_test.moc"
