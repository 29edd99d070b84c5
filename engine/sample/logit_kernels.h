// The passes over all logits of a vocabulary that picking a token takes, on vectors.
//
// A vocabulary of 150,000 makes each of them a matter of milliseconds when done value by value. Logits are
// f32 [vocabulary]; sums are double. Owner: caller's memory. Thread: any. Next station: token_distribution.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ponder {

// Index of the largest; the first of equals.
std::size_t largestLogit(std::span<const float> logits);

// weights = exp((logits - largest) / temperature); gives their sum.
double softmaxWeights(std::span<const float> logits, float largest, float temperature,
                      std::span<float> weights);

// Indexes of all weights that are at least `floor`, in rising order.
void atLeast(std::span<const float> weights, float floor, std::vector<std::uint32_t>& indexes);

} // namespace ponder
