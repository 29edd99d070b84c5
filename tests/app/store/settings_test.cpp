// Preferences are kept, and nonsense in the file is replaced by defaults.
#include "app/store/settings.h"
#include "tests/support/test_class.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QVariantMap>

using namespace ponder;

class SettingsTest : public QObject {
    Q_OBJECT
private slots:
    void everyPreferenceIsKept();
    void aPreferenceThatDoesNotChangeTellsNobody();
    void nonsenseIsReplacedByTheDefault();
};

void SettingsTest::everyPreferenceIsKept() {
    QTemporaryDir folder;
    const QVariantMap values{{"language", "ko"},
                             {"theme", "dark"},
                             {"thoughtsMode", "open"},
                             {"reducedMotion", true},
                             {"device", "vulkan:1"},
                             {"contextTokens", 8192},
                             {"instruction", "Be brief"},
                             {"temperature", 0.25},
                             {"topP", 0.5},
                             {"windowWidth", 900},
                             {"windowHeight", 700},
                             {"thinkingEnabled", false},
                             {"modelsFolder", "/big"},
                             {"hubSecrets", true},
                             {"hubEndpoint", "https://mirror.example"},
                             {"hubProxy", "socks5://127.0.0.1:1080"}};
    {
        Store store(folder.path());
        Settings settings(store);
        QCOMPARE(settings.metaObject()->propertyCount() - settings.metaObject()->propertyOffset(),
                 int(values.size()));
        for (auto it = values.cbegin(); it != values.cend(); ++it) {
            const QByteArray name = it.key().toLatin1();
            QVERIFY2(settings.property(name) != it.value(), name);
            QVERIFY2(settings.setProperty(name, it.value()), name);
        }
        settings.setThinkMarks(QStringLiteral("/models/a.gguf"), QStringLiteral("never"));
    }
    Store store(folder.path());
    Settings settings(store);
    for (auto it = values.cbegin(); it != values.cend(); ++it)
        QCOMPARE(settings.property(it.key().toLatin1()), it.value());
    QCOMPARE(settings.thinkMarks(QStringLiteral("/models/a.gguf")), QStringLiteral("never"));
    QVERIFY(settings.thinkMarks(QStringLiteral("/models/b.gguf")).isEmpty());
}

void SettingsTest::aPreferenceThatDoesNotChangeTellsNobody() {
    QTemporaryDir folder;
    Store store(folder.path());
    Settings settings(store);
    QSignalSpy changed(&settings, &Settings::themeChanged);
    settings.setTheme(QStringLiteral("dark"));
    settings.setTheme(QStringLiteral("dark"));
    QCOMPARE(changed.count(), 1);
}

void SettingsTest::nonsenseIsReplacedByTheDefault() {
    QTemporaryDir folder;
    Store store(folder.path());
    const QList<std::pair<const char*, const char*>> nonsense{
        {"language", "tlh"},    {"theme", "plaid"}, {"thoughtsMode", ""},  {"contextTokens", "-4"},
        {"temperature", "nan"}, {"topP", "7"},      {"windowWidth", "-1"}, {"windowHeight", "x"}};
    for (const auto& [key, value] : nonsense)
        store.setSetting(QString::fromLatin1(key), QString::fromLatin1(value));
    Settings settings(store);
    QCOMPARE(settings.language(), QStringLiteral("system"));
    QCOMPARE(settings.theme(), QStringLiteral("system"));
    QCOMPARE(settings.thoughtsMode(), QStringLiteral("fold"));
    QCOMPARE(settings.contextTokens(), 0);
    QCOMPARE(settings.temperature(), -1.0);
    QCOMPARE(settings.topP(), -1.0);
    QVERIFY(settings.windowWidth() >= 360);
    QVERIFY(settings.windowHeight() >= 280);
}

PONDER_TEST(SettingsTest)
#include "settings_test.moc"
