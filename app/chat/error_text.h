// An engine error as a sentence in the user's language.
//
// Looks the error's English template up under the translation context "Error" and fills in subject and
// detail. Owner: free function. Thread: GUI.
#pragma once

#include "engine/base/error.h"

#include <QString>

namespace ponder {

QString errorText(const Error& error);

} // namespace ponder
