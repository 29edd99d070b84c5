#include "app/desktop/keyring_token_store.h"

#include <qt6keychain/keychain.h>

namespace ponder {
namespace {

QString service() { return QStringLiteral("Ponder"); }

template<class Job>
Job* makeJob(const QString& name, QObject* parent) {
    auto* job = new Job(service(), parent); // deletes itself when it is done
    job->setKey(name);
    job->setInsecureFallback(false); // never into a plain file
    return job;
}

} // namespace

void KeyringTokenStore::judge(int keychainError) {
    // A user who declines, or an entry that is not there, says nothing about the keyring.
    const bool works = keychainError == QKeychain::NoError || keychainError == QKeychain::EntryNotFound ||
                       keychainError == QKeychain::AccessDeniedByUser;
    if (works == m_persistent) return;
    m_persistent = works;
    emit persistentChanged();
}

void KeyringTokenStore::read(const QString& name, ReadDone done) {
    if (const auto kept = m_memory.constFind(name); kept != m_memory.cend()) return done(*kept);
    auto* job = makeJob<QKeychain::ReadPasswordJob>(name, this);
    connect(job, &QKeychain::Job::finished, this, [this, job, name, done = std::move(done)] {
        judge(job->error());
        const auto kept = m_memory.constFind(name); // written meanwhile
        done(kept != m_memory.cend() ? *kept : job->textData());
    });
    job->start();
}

void KeyringTokenStore::write(const QString& name, const QString& secret) {
    m_memory.insert(name, secret);
    QKeychain::Job* job = nullptr;
    if (secret.isEmpty()) {
        job = makeJob<QKeychain::DeletePasswordJob>(name, this);
    } else {
        auto* writing = makeJob<QKeychain::WritePasswordJob>(name, this);
        writing->setTextData(secret);
        job = writing;
    }
    connect(job, &QKeychain::Job::finished, this, [this, job] { judge(job->error()); });
    job->start();
}

} // namespace ponder
