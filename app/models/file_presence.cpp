#include "app/models/file_presence.h"

#include <QFileInfo>

#include <mutex>
#include <thread>

namespace ponder {

struct FilePresence::Desk {
    std::mutex mutex;
    FilePresence* asker = nullptr; // null: nobody waits for answers any more
    QStringList paths;             // still to be asked for
    bool working = false;
};

FilePresence::FilePresence(Exists exists, QObject* parent)
    : QObject(parent),
      m_exists(exists ? std::move(exists) : [](const QString& path) { return QFileInfo::exists(path); }),
      m_desk(std::make_shared<Desk>()) {
    m_desk->asker = this;
}

FilePresence::~FilePresence() {
    const std::scoped_lock lock(m_desk->mutex);
    m_desk->asker = nullptr;
    m_desk->paths.clear();
}

void FilePresence::ask(const QStringList& paths) {
    const std::scoped_lock lock(m_desk->mutex);
    for (const QString& path : paths)
        if (!m_desk->paths.contains(path)) m_desk->paths << path;
    if (m_desk->working || m_desk->paths.isEmpty()) return;
    m_desk->working = true;
    // Detached: a call into a dead network folder may never return, and the program has to end all the same.
    std::thread([desk = m_desk, exists = m_exists] {
        for (;;) {
            QString path;
            {
                const std::scoped_lock own(desk->mutex);
                desk->working = !desk->paths.isEmpty();
                if (!desk->working) return;
                path = desk->paths.takeFirst();
            }
            const bool there = exists(path);
            const std::scoped_lock own(desk->mutex);
            if (!desk->asker) return;
            QMetaObject::invokeMethod(
                desk->asker, [asker = desk->asker, path, there] { emit asker->answered(path, there); },
                Qt::QueuedConnection);
        }
    }).detach();
}

} // namespace ponder
