// Secrets where there is no keyring: kept until the program ends, and said so.
#include "app/desktop/keyring_token_store.h"
#include "tests/support/test_class.h"

#include <QSignalSpy>
#include <QTest>

#include <optional>

using namespace ponder;

class KeyringTokenStoreTest : public QObject {
    Q_OBJECT
private slots:
    void withoutAKeyringSecretsStayInMemoryAndThatIsSaid();
};

void KeyringTokenStoreTest::withoutAKeyringSecretsStayInMemoryAndThatIsSaid() {
    KeyringTokenStore tokens; // the test's environment names a message bus that is not there
    QSignalSpy changed(&tokens, &TokenStore::persistentChanged);
    std::optional<QString> secret;
    tokens.read(QStringLiteral("ponder test"), [&](const QString& got) { secret = got; });
    QTRY_VERIFY_WITH_TIMEOUT(secret.has_value(), 20000);
    QCOMPARE(*secret, QString());
    tokens.write(QStringLiteral("ponder test"), QStringLiteral("hf_x"));
    QTRY_VERIFY_WITH_TIMEOUT(!tokens.persistent(), 20000);
    QCOMPARE(changed.size(), 1);
    secret.reset();
    tokens.read(QStringLiteral("ponder test"), [&](const QString& got) { secret = got; });
    QTRY_COMPARE(secret.value_or(QString()), QStringLiteral("hf_x"));
    tokens.write(QStringLiteral("ponder test"), {});
    tokens.read(QStringLiteral("ponder test"), [&](const QString& got) { secret = got; });
    QTRY_COMPARE(secret.value_or(QStringLiteral("?")), QString());
}

PONDER_TEST(KeyringTokenStoreTest)
#include "keyring_token_store_test.moc"
