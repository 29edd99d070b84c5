// Whether files are there, asked of the file system away from the GUI's thread.
//
// Takes paths; answers each by a signal. A network folder that does not answer keeps only this question
// waiting: not the window, and not its end. Owner: LibraryModel. Thread: the one that made it. Errors: none;
// a file that nobody answers for stays what it was. Next station: library_model.h.
#pragma once

#include <QObject>
#include <QStringList>

#include <functional>
#include <memory>

namespace ponder {

class FilePresence : public QObject {
    Q_OBJECT
public:
    using Exists = std::function<bool(const QString& path)>; // called on a thread of its own

    explicit FilePresence(Exists exists = {}, QObject* parent = nullptr);
    ~FilePresence() override;

    void ask(const QStringList& paths); // what is already asked for is asked again

signals:
    void answered(const QString& path, bool there);

private:
    struct Desk;

    Exists m_exists;
    std::shared_ptr<Desk> m_desk; // shared with the thread, which may outlive this
};

} // namespace ponder
