// One thing in the list of downloads: a quantization or a folder of safetensors, of one or many files.
//
// Owner: DownloadQueue. Thread: GUI. Kept in downloads.json by download_list.h. Next station:
// download_queue.h.
#pragma once

#include "app/models/download_transfer.h"
#include "app/models/hub_item.h"
#include "app/models/transfer_speed.h"

#include <optional>

namespace ponder {

struct DownloadFile {
    QString path; // on the hub, and below the folder
    qint64 bytes = -1;
    FileDigest digest;
    qint64 present = 0; // bytes on the disk
    bool whole = false;
    bool foreign = false; // it was there before: never removed
};

enum class DownloadStep { Queued, Running, Paused, Failed, Done };

struct DownloadEntry {
    int id = 0;
    HubName name; // the revision is the commit that was listed
    QString label;
    QString wanted; // the file or quantization to ask for, while `files` is empty
    HubItem::Kind kind = HubItem::Kind::Other;
    QString folder; // OWNER/NAME below the models' folder
    QList<DownloadFile> files;
    DownloadStep step = DownloadStep::Queued;
    QStringList convertTo; // quantizations that are to be made of it when it is whole
    qint64 afterwards = 0; // bytes on the disk that these will need beside it
    bool taken = false;    // of a finished one: the library has it, or its conversions have begun

    // Of the run, not kept.
    DownloadPhase phase = DownloadPhase::Idle;
    std::optional<Error> error;    // of a failed one
    std::optional<Error> waitsFor; // why a running one waits
    qint64 waitsUntilMs = 0;       // of the queue's clock
    qint64 checkedBytes = 0;       // hashed anew of what was there
    TransferSpeed speed;

    // Into OWNER/NAME below the models' folder, or into the very folder.
    static DownloadEntry of(const HubRepository& repository, const HubItem& item,
                            const QString& modelsFolder);
    static DownloadEntry into(const HubRepository& repository, const HubItem& item, const QString& folder);
    // Known by name only: the hub is asked for its files when its turn comes.
    static DownloadEntry named(const HubName& name, const QString& wanted, const QString& label,
                               const QString& modelsFolder);
    // The folder of original weights, of which a quantization is to be made.
    static DownloadEntry originals(const HubName& name, const QString& quantization, qint64 outputBytes,
                                   const QString& modelsFolder);

    QString pathOf(const DownloadFile& file) const { return folder + u'/' + file.path; }
    QString mainPath() const; // the file to open, or the folder
    qint64 bytes() const;
    qint64 present() const;
    int nextFile() const; // that is not whole; -1: none
    bool sameThing(const DownloadEntry& other) const;
};

} // namespace ponder
