// Leaves out of a kernel's SPIR-V what its specialization constants switch off.
//
// A kernel holds the code of all formats behind conditions on its constants. Drivers first put every function
// into its callers and look at constants later: that took up to 0.4 s for a kernel on a software device, of
// which nearly all went into formats that the pipeline does not have.
//
// Takes the words as they were built, and the constants by id; gives a module that computes the same with
// these constants. What it does not understand it leaves as it is. Owner: plain function. Thread: any. Next
// station: pipeline_set.h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ponder {

std::vector<std::uint32_t> pruneShader(std::span<const std::uint32_t> words,
                                       std::span<const std::uint32_t> constants);

} // namespace ponder
