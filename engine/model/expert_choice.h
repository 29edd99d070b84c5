// Which experts of a mixture a token uses, and how much each counts.
//
// Takes the router's logits; gives the experts with their weights, the best first. The bias changes which are
// chosen, not their weights. Groups are scored by their best expert under a softmax over all experts, else by
// the sum of their two best. Of equal scores the expert, or the group, with the lower number wins. Owner: the
// caller's memory. Sources: Shazeer et al. 2017; DeepSeek-AI 2024 (DeepSeek-V2, section 2.2.2: softmax, the
// groups with the highest scores; DeepSeek-V3, section 2.1.2: sigmoid, a bias that balances). The same in
// shaders/route.comp. Next station: the backends' ExpertOps (forward.h).
#pragma once

#include "engine/model/layer.h"

#include <span>

namespace ponder {

struct ChosenExpert {
    std::uint32_t expert = 0;
    float weight = 0;
};

// Below it, a sum of weights is not divided by: the smallest normal number of half precision.
inline constexpr float kLeastWeightSum = 6.103515625e-5F;

// logits: of all experts; overwritten. bias: of all experts, or empty. scratch: as long as logits. chosen: as
// many as are used.
void chooseExperts(const MixtureFeedForward& mixture, std::span<float> logits, std::span<const float> bias,
                   std::span<float> scratch, std::span<ChosenExpert> chosen);

} // namespace ponder
