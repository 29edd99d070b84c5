// A number that tells one model file from another, without reading all of it: its size, its metadata, its
// tensor table, and a few bytes from the middle of every tensor.
//
// Next station: session_state.h.
#pragma once

#include "engine/file/model_file.h"

namespace ponder {

std::uint64_t fingerprint(const ModelFile& file);

} // namespace ponder
