#include "app/models/hub_settings.h"

#include "app/chat/error_text.h"

namespace ponder {

HubSettings::HubSettings(Settings& settings, TokenStore& tokens, HubPatience patience, QObject* parent)
    : QObject(parent), m_settings(settings), m_tokens(tokens), m_patience(patience) {
    connect(&m_tokens, &TokenStore::persistentChanged, this, &HubSettings::accessChanged);
    readSecrets();
}

QString HubSettings::tokenName() const {
    const Result<HubEndpoint> endpoint = HubEndpoint::choose(m_settings.hubEndpoint());
    return QStringLiteral("hub token of ") + (endpoint ? endpoint->host() : QString());
}

QString HubSettings::proxyName() const {
    return QStringLiteral("password of the proxy ") + m_settings.hubProxy();
}

void HubSettings::readSecrets() {
    m_token.clear();
    m_proxyPassword.clear();
    // A keyring may ask to be unlocked: not for nothing.
    if (!m_settings.hubSecrets()) return;
    // An answer may come when something else is set already.
    m_tokens.read(tokenName(), [this, name = tokenName()](const QString& secret) {
        if (name != tokenName()) return;
        m_token = secret;
        emit accessChanged();
    });
    if (m_settings.hubProxy().isEmpty()) return;
    m_tokens.read(proxyName(), [this, name = proxyName()](const QString& secret) {
        if (name != proxyName()) return;
        m_proxyPassword = secret;
        emit accessChanged();
    });
}

Result<HubAccess> HubSettings::access() const {
    QString proxy = m_settings.hubProxy();
    if (!m_proxyPassword.isEmpty()) {
        QUrl url(proxy);
        url.setPassword(m_proxyPassword, QUrl::DecodedMode);
        proxy = url.toString(QUrl::FullyEncoded);
    }
    return HubAccess::choose(m_settings.hubEndpoint(), proxy, m_token);
}

QString HubSettings::endpointInUse() const {
    const Result<HubEndpoint> endpoint = HubEndpoint::choose(m_settings.hubEndpoint());
    return endpoint ? endpoint->text() : QString();
}

bool HubSettings::endpointFromEnvironment() const {
    return m_settings.hubEndpoint().isEmpty() && !qEnvironmentVariableIsEmpty("HF_ENDPOINT");
}

bool HubSettings::tokenFromEnvironment() const {
    return m_token.isEmpty() && !qEnvironmentVariableIsEmpty("HF_TOKEN");
}

QString HubSettings::errorText() const {
    const Result<HubAccess> reached = access();
    return reached ? QString() : ponder::errorText(reached.error());
}

void HubSettings::setEndpoint(const QString& endpoint) {
    if (endpoint.trimmed() == m_settings.hubEndpoint()) return;
    m_settings.setHubEndpoint(endpoint.trimmed());
    readSecrets();
    changed();
}

void HubSettings::setProxy(const QString& proxy) {
    QUrl url(proxy.trimmed());
    const QString password = url.password(QUrl::FullyDecoded);
    url.setPassword(QString());
    const QString plain = password.isEmpty() ? proxy.trimmed() : url.toString();
    if (plain == m_settings.hubProxy() && password.isEmpty()) return;
    m_settings.setHubProxy(plain);
    readSecrets();
    if (!password.isEmpty()) setProxyPassword(password);
    changed();
}

void HubSettings::setToken(const QString& token) {
    m_token = token.trimmed();
    if (!m_token.isEmpty()) m_settings.setHubSecrets(true);
    m_tokens.write(tokenName(), m_token);
    changed();
}

void HubSettings::setProxyPassword(const QString& password) {
    m_proxyPassword = password;
    if (!password.isEmpty()) m_settings.setHubSecrets(true);
    m_tokens.write(proxyName(), password);
    changed();
}

void HubSettings::changed() {
    m_client.reset();
    m_testState.clear();
    m_testError.reset();
    emit testChanged();
    emit accessChanged();
}

void HubSettings::test() {
    const Result<HubAccess> reached = access();
    m_testError.reset();
    if (!reached) {
        m_testError = reached.error();
        m_testState = QStringLiteral("failed");
        emit testChanged();
        return;
    }
    m_testState = QStringLiteral("running");
    emit testChanged();
    // Asked twice only: somebody waits for the answer.
    HubPatience patience = m_patience;
    patience.attempts = 2;
    m_client = std::make_unique<HubClient>(*reached, patience);
    m_client->test([this](const Result<QString>& account) {
        m_testState = account ? QStringLiteral("ok") : QStringLiteral("failed");
        if (account)
            m_account = *account;
        else
            m_testError = account.error();
        emit testChanged();
    });
}

QString HubSettings::testText() const {
    if (m_testError) return ponder::errorText(*m_testError);
    if (m_testState == u"running") return tr("Asking %1").arg(endpointInUse());
    if (m_testState != u"ok") return {};
    return m_account.isEmpty() ? tr("%1 answers.").arg(endpointInUse())
                               : tr("%1 answers and knows the token of %2.").arg(endpointInUse(), m_account);
}

void HubSettings::retranslate() {
    emit accessChanged();
    emit testChanged();
}

} // namespace ponder
