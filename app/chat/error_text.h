// An engine error as a sentence in the user's language.
//
// Looks the error's English template up under the translation context "Error", the pattern of its particulars
// under "ErrorDetail", and fills in subject and arguments. Owner: free functions. Thread: GUI.
#pragma once

#include "engine/base/error.h"

#include <QString>

namespace ponder {

QString errorText(const Error& error);
// The particulars alone, such as the reason why a device cannot be used.
QString detailText(const Detail& detail);

} // namespace ponder
