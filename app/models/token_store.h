// Where secrets are kept: the hub's token, the proxy's password.
//
// Takes and gives secrets by name; answers come back on this thread, maybe later. The window keeps them in
// the system's keyring (desktop/keyring_token_store.h); where there is none, and in tests, they live in
// memory until the program ends, and persistent() says so. Secrets never appear in messages, logs or
// settings. Owner: main.cpp. Thread: GUI. Next station: hub_settings.h.
#pragma once

#include <QHash>
#include <QObject>
#include <QString>

#include <functional>

namespace ponder {

class TokenStore : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    using ReadDone = std::function<void(const QString& secret)>; // empty: there is none
    virtual void read(const QString& name, ReadDone done) = 0;
    // An empty secret removes it.
    virtual void write(const QString& name, const QString& secret) = 0;
    // Whether secrets outlive the program, as far as is known.
    virtual bool persistent() const = 0;

signals:
    void persistentChanged();
};

class MemoryTokenStore : public TokenStore {
    Q_OBJECT
public:
    using TokenStore::TokenStore;

    void read(const QString& name, ReadDone done) override { done(m_secrets.value(name)); }
    void write(const QString& name, const QString& secret) override { m_secrets.insert(name, secret); }
    bool persistent() const override { return false; }

private:
    QHash<QString, QString> m_secrets;
};

} // namespace ponder
