// The 256-value formats whose numbers come from codebooks: IQ1, IQ2 and IQ3, taken apart.
//
// Takes one block; gives what small_numbers.h describes. Thread: any. Source: the GGUF file format. Next
// station: small_numbers.h.
#pragma once

#include "engine/quant/small_numbers.h"

namespace ponder {

void unpackIQ2_XXS(const std::byte* block, SmallNumbers& out);
void unpackIQ2_XS(const std::byte* block, SmallNumbers& out);
void unpackIQ2_S(const std::byte* block, SmallNumbers& out);
void unpackIQ3_XXS(const std::byte* block, SmallNumbers& out);
void unpackIQ3_S(const std::byte* block, SmallNumbers& out);
void unpackIQ1_S(const std::byte* block, SmallNumbers& out);
void unpackIQ1_M(const std::byte* block, SmallNumbers& out);

} // namespace ponder
