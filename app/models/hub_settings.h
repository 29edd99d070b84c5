// How the user wants the hub to be reached: mirror, proxy, token; and whether it works.
//
// Endpoint and proxy live in the settings, the proxy's password and the token in the TokenStore, the token
// under the endpoint's host: another mirror does not get it. Nothing here ever gives a secret back to the
// window. Owner: App. Thread: GUI. Errors: as texts, translated. Next station: HubBrowser and DownloadQueue,
// by access().
#pragma once

#include "app/models/hub_client.h"
#include "app/models/token_store.h"
#include "app/store/settings.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class HubSettings : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.hubSettings is the one there is")
    Q_PROPERTY(QString endpoint READ endpoint WRITE setEndpoint NOTIFY accessChanged)
    Q_PROPERTY(QString endpointInUse READ endpointInUse NOTIFY accessChanged)
    Q_PROPERTY(bool endpointFromEnvironment READ endpointFromEnvironment NOTIFY accessChanged)
    Q_PROPERTY(QString proxy READ proxy WRITE setProxy NOTIFY accessChanged)
    Q_PROPERTY(bool proxyPasswordSet READ proxyPasswordSet NOTIFY accessChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY accessChanged)
    Q_PROPERTY(bool tokenSet READ tokenSet NOTIFY accessChanged)
    Q_PROPERTY(bool tokenFromEnvironment READ tokenFromEnvironment NOTIFY accessChanged)
    Q_PROPERTY(bool secretsKept READ secretsKept NOTIFY accessChanged)
    Q_PROPERTY(QString testState READ testState NOTIFY testChanged)
    Q_PROPERTY(QString testText READ testText NOTIFY testChanged)
public:
    HubSettings(Settings& settings, TokenStore& tokens, HubPatience patience = {}, QObject* parent = nullptr);

    Result<HubAccess> access() const;

    QString endpoint() const {
        return m_settings.hubEndpoint();
    } // empty: the environment's or the public one
    QString endpointInUse() const;
    bool endpointFromEnvironment() const;
    QString proxy() const { return m_settings.hubProxy(); } // without a password; empty: the system's; "none"
    bool proxyPasswordSet() const { return !m_proxyPassword.isEmpty(); }
    QString errorText() const; // why endpoint or proxy cannot be used
    bool tokenSet() const { return !m_token.isEmpty() || tokenFromEnvironment(); }
    bool tokenFromEnvironment() const;                         // HF_TOKEN, where none was entered
    bool secretsKept() const { return m_tokens.persistent(); } // else only until the program ends
    QString testState() const { return m_testState; }          // "", "running", "ok", "failed"
    QString testText() const;

    void setEndpoint(const QString& endpoint);
    void setProxy(const QString& proxy);             // a password in it goes to the keyring
    Q_INVOKABLE void setToken(const QString& token); // empty: forget it
    Q_INVOKABLE void setProxyPassword(const QString& password);
    Q_INVOKABLE void test();
    void retranslate();

signals:
    void accessChanged();
    void testChanged();

private:
    QString tokenName() const;
    QString proxyName() const;
    void readSecrets();
    void changed();

    Settings& m_settings;
    TokenStore& m_tokens;
    HubPatience m_patience;
    QString m_token;
    QString m_proxyPassword;
    std::unique_ptr<HubClient> m_client; // of the test
    QString m_testState;
    QString m_account; // of the last test
    std::optional<Error> m_testError;
};

} // namespace ponder
