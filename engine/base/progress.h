// How far a long task is, told while it runs on.
#pragma once

#include <cstdint>
#include <functional>

namespace ponder {

// Bytes or tokens done, and in all. Called often, on the thread of the task; must be quick.
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

} // namespace ponder
