// Rearranges GGUF rows into panels (plan/panel_layout.h), without loss.
//
// Takes the rows of one panel as they lie in the file; writes the panel. Owner: the caller's memory on both
// sides. Thread: any. Errors: none (file/ has checked the sizes). Next station: panel_multiply.h.
#pragma once

#include "engine/plan/panel_layout.h"

#include <cstddef>
#include <span>

namespace ponder::cpu {

// rows: 1 to 16 rows as in the file, after each other. panel: layout.panelBytes() bytes, all of them zero
// or of an earlier panel with as many rows. rowLength: of the file's rows where it is not the layout's, which
// is whole blocks.
void packPanel(const PanelLayout& layout, std::span<const std::byte> rows, std::byte* panel,
               std::uint64_t rowLength = 0);

} // namespace ponder::cpu
