// Secrets in the system's keyring (Secret Service, KWallet; elsewhere what the system has), through
// QtKeychain.
//
// Where there is no keyring, or it refuses, secrets stay in memory until the program ends, and persistent()
// says so. Owner: main.cpp. Thread: GUI. Errors: none; a keyring that fails counts as none. Next station:
// HubSettings.
#pragma once

#include "app/models/token_store.h"

namespace ponder {

class KeyringTokenStore : public TokenStore {
    Q_OBJECT
public:
    using TokenStore::TokenStore;

    void read(const QString& name, ReadDone done) override;
    void write(const QString& name, const QString& secret) override;
    bool persistent() const override { return m_persistent; }

private:
    void judge(int keychainError);

    QHash<QString, QString> m_memory; // what was written since the start
    bool m_persistent = true;         // until the keyring refuses
};

} // namespace ponder
