// The keys and values of the chats used last, in files, so that a chat that is opened again goes on at once.
//
// One file a chat, readable by the user alone, deleted with its chat. All files together stay below 4 GiB and
// a quarter of the space that the disk has for them; the oldest go first. They are a convenience: what is
// absent or does not fit is computed again, so failures are silent. Owner: EngineWorker. Thread: the
// generation thread. Previous station: ReplyGenerator. Next station: Session::saveState.
#pragma once

#include "engine/engine.h"

#include <QString>

namespace ponder {

class KvShelf {
public:
    static constexpr qint64 kMostBytes = qint64{4} << 30;

    explicit KvShelf(const QString& folder, qint64 mostBytes = kMostBytes);

    void keep(int chatId, const Session& session);
    // As much of the chat as `tokens` begin with, where that is more than the session has.
    Result<std::uint32_t> restore(int chatId, Session& session, std::span<const TokenId> tokens) const;
    void forget(int chatId);

private:
    QString fileOf(int chatId) const;
    qint64 budget() const; // bytes
    void trim() const;

    QString m_folder;
    qint64 m_mostBytes;
};

} // namespace ponder
