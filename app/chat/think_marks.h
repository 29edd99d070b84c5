// What a person says about a model's thought marks, where the template doctor's own finding is not right.
//
// Written as one line: "" (as the model's template says), "never" (nothing is folded, whatever it prints), or
// two marks with a space between, as in "<think> </think>". Next station: ReplyRequest::marks, kept by
// Settings under the model's path.
#pragma once

#include "app/chat/chat_engine.h"

#include <optional>

namespace ponder {

// The markers that the line asks for, given those of the model; nothing where the line says nothing usable.
std::optional<ThinkMarkers> markersFromLine(const QString& line, const ThinkMarkers& model);

} // namespace ponder
