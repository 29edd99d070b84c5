#include "engine/model/expert_choice.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <limits>

namespace ponder {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

void softmax(std::span<float> values) {
    const float largest = *std::max_element(values.begin(), values.end());
    float sum = 0;
    for (float& value : values)
        sum += value = std::exp(value - largest);
    for (float& value : values)
        value /= sum;
}

void makeProbabilities(Gating gating, std::span<float> logits) {
    if (gating == Gating::Softmax) softmax(logits);
    if (gating != Gating::Sigmoid) return;
    for (float& value : logits)
        value = 1.0F / (1.0F + std::exp(-value));
}

// The best under a softmax; else the sum of the two best, or the only one.
float scoreOf(Gating gating, std::span<const float> group) {
    float best = kNever, second = kNever;
    for (const float score : group) {
        second = std::max(second, std::min(best, score));
        best = std::max(best, score);
    }
    return gating != Gating::Softmax && group.size() > 1 ? best + second : best;
}

// Leaves the scores of the best groups only. A group is among them if fewer than that many are better.
void keepBestGroups(const MixtureFeedForward& mixture, std::span<float> scores) {
    const std::size_t length = mixture.experts / mixture.groups;
    const auto group = [&](std::size_t g) { return scores.subspan(g * length, length); };
    std::array<float, kMostExpertGroups> scored{};
    for (std::size_t g = 0; g < mixture.groups; ++g)
        scored[g] = scoreOf(mixture.gating, group(g));
    for (std::size_t g = 0; g < mixture.groups; ++g) {
        std::uint32_t better = 0;
        for (std::size_t other = 0; other < mixture.groups; ++other)
            better += scored[other] > scored[g] || (scored[other] == scored[g] && other < g) ? 1 : 0;
        if (better >= mixture.usedGroups) std::fill(group(g).begin(), group(g).end(), kNever);
    }
}

void weigh(const MixtureFeedForward& mixture, std::span<ChosenExpert> chosen) {
    if (mixture.gating == Gating::SoftmaxOfChosen) {
        float largest = kNever; // not always the first: a bias may have chosen
        for (const ChosenExpert& one : chosen)
            largest = std::max(largest, one.weight);
        for (ChosenExpert& one : chosen)
            one.weight = std::exp(one.weight - largest);
    }
    float sum = 0;
    for (const ChosenExpert& one : chosen)
        sum += one.weight;
    const bool divides = mixture.normalises || mixture.gating == Gating::SoftmaxOfChosen;
    for (ChosenExpert& one : chosen)
        one.weight = mixture.scale * (divides ? one.weight / std::max(sum, kLeastWeightSum) : one.weight);
}

} // namespace

void chooseExperts(const MixtureFeedForward& mixture, std::span<float> logits, std::span<const float> bias,
                   std::span<float> scratch, std::span<ChosenExpert> chosen) {
    makeProbabilities(mixture.gating, logits);
    for (std::size_t e = 0; e < logits.size(); ++e)
        scratch[e] = logits[e] + (bias.empty() ? 0.0F : bias[e]);
    if (mixture.grouped()) keepBestGroups(mixture, scratch);
    std::bitset<kMostExperts> taken; // nobody twice, whatever the scores are
    for (ChosenExpert& one : chosen) {
        std::size_t best = logits.size();
        for (std::size_t e = 0; e < logits.size(); ++e)
            if (!taken[e] && (best == logits.size() || scratch[e] > scratch[best])) best = e;
        taken.set(best);
        one = {static_cast<std::uint32_t>(best), logits[best]};
    }
    weigh(mixture, chosen);
}

} // namespace ponder
