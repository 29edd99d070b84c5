// The list of conversions and merges in a file, so that it outlives the program.
//
// Takes and gives entries; a file that cannot be read is an empty list. What was running comes back as
// waiting, what had failed as paused. How far each has come is kept beside its file by the engine
// (engine/convert/conversion_state.h). One program has the list at a time: another one keeps its list in
// memory. Owner: ConversionJobs. Thread: GUI. Errors: a list that cannot be written is not kept. Next
// station: conversion_jobs.h.
#pragma once

#include "app/store/model_settings.h"
#include "engine/base/error.h"

#include <QList>
#include <QLockFile>
#include <QString>

#include <memory>
#include <optional>

namespace ponder {

enum class ConversionStep { Waiting, Running, Paused, Failed, Done };

struct ConversionEntry {
    int id = 0;                   // of this run of the program
    QString name;                 // of the new model
    QString source;               // a folder of safetensors; of a merge the base's file
    QList<ModelAdapter> adapters; // of a merge; none of a conversion
    QString target;               // the file to be
    QString quantization;
    bool keepsFormats = false; // of a merge: the base's formats, and that is its name
    ConversionStep step = ConversionStep::Waiting;
    qint64 done = 0, all = 0;   // bytes of the file; 0 of 0: not known yet
    std::optional<Error> error; // of a failed one

    bool merges() const { return !adapters.isEmpty(); }
};

class ConversionList {
public:
    // `path` empty: in memory only.
    explicit ConversionList(const QString& path);

    QList<ConversionEntry> read() const;
    void write(const QList<ConversionEntry>& entries) const;

private:
    QString m_path;
    std::unique_ptr<QLockFile> m_lock; // null where another program has the list
};

} // namespace ponder
