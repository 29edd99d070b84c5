// Which of the compiled instruction sets the kernels use on this processor.
//
// Next station: cpu_device.h.
#pragma once

#include <string_view>

namespace ponder::cpu {

// False on processors older than what the kernels are compiled for at least.
bool simdSupported();
std::string_view instructionSet(); // as people write it: "AVX-512 VNNI"

} // namespace ponder::cpu
