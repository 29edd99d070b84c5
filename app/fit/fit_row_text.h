// What a row of the fit list says of a model and one of its quantizations, apart from its figures.
//
// Owner: free functions. Thread: GUI. Previous station: fit_list.h. Next station: fit_list_model.h.
#pragma once

#include "app/fit/fit_list.h"

#include <QVariantList>

namespace ponder {

QString verdictKey(const FitChoice& choice); // "fits"; empty: not known
QString verdictWords(const FitChoice& choice);
QString verdictReason(const FitChoice& choice);
QString whereText(const FitChoice& choice); // "on this computer"
// "chat", "locate" (its file has gone), "download", "convert" (downloaded and converted), "machines" (nothing
// is known that could be brought here).
QString actionOf(const FitRow& row, const FitChoice& choice);
// What has to be known before it is downloaded for a device that it does not fit; as a rule empty.
QString downloadWarning(const FitChoice& choice, const QString& deviceName);
QVariantList choicesOf(const FitRow& row); // for the menu of quantizations
QString scoresText(const CatalogueModel* entry);

bool isHere(const FitRow& row);
// "all", "here", "fits", or a language.
bool passes(const FitRow& row, const QString& filter);

} // namespace ponder
