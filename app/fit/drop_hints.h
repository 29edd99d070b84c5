// Whether what is held over the window fits this machine: a model file as it is, a folder as it would be
// converted.
//
// Takes recognized things; gives verdict, verdictText, verdictDetail, speedText, sourceText and, for a
// folder, target ("Q4_K_M 1.9 GB"). A file's header is read, a folder's summary comes with it. Owner: App.
// Thread: GUI; under a few milliseconds, kept for each path. Errors: none; empty until the devices are known,
// which is asked for, and for what is no model. Previous station: models/recognition.h. Next station:
// models/drop_preview.h.
#pragma once

#include "app/fit/fit_list_model.h"
#include "app/models/recognition.h"

namespace ponder {

class DropHints {
public:
    explicit DropHints(FitListModel& fit) : m_fit(fit) {}

    QVariantMap of(const RecognizedModel& thing);
    void forget() { m_known.clear(); } // the device or the context has changed

private:
    QVariantMap ofFile(const QString& path, const FitQuestion& question) const;
    QVariantMap ofFolder(const FolderSummary& folder, const FitQuestion& question) const;

    FitListModel& m_fit;
    QHash<QString, QVariantMap> m_known; // by path
};

} // namespace ponder
