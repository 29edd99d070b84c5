// Rearranges one GGUF row of a format of small numbers (quant/small_numbers.h) into its place in a panel.
//
// Takes the row's blocks; writes the row's part of the panel, whose layout plan/panel_layout.h describes.
// Every value stays what it was, but for MXFP4's scales below 2^-126, which become 0. Next station:
// panel_packer.h.
#pragma once

#include "engine/plan/panel_layout.h"

#include <cstddef>
#include <cstdint>

namespace ponder::cpu {

void packSmallNumbers(const PanelLayout& layout, const std::uint8_t* source, std::size_t row,
                      std::uint8_t* panel);

} // namespace ponder::cpu
