#include "engine/backend/vulkan/step/step_parameters.h"

#include "engine/model/rope_table.h"

#include <algorithm>
#include <cstring>

namespace ponder {

void writeStepParameters(const VulkanPlan& plan, std::span<const float> ropeFactors, const Batch& pass,
                         std::byte* step) {
    const auto count = static_cast<std::uint32_t>(pass.tokens.size());
    const auto place = [&](std::size_t piece) { return step + piece * 16; };
    const Branches branches = pass.branches.value_or(Branches{});
    const std::uint32_t head[4] = {count, pass.firstPosition, branches.shared, branches.length};
    std::memcpy(place(0), head, sizeof(head));
    std::ranges::copy(std::as_bytes(branches.ofRow), place(plan.step.branches));
    static_assert(sizeof(TokenId) == sizeof(std::uint32_t));
    std::ranges::copy(std::as_bytes(pass.tokens), place(plan.step.tokens));
    // Branches are all at one position.
    const std::vector<float> turns =
        ropeTable(plan.config, ropeFactors, pass.firstPosition, pass.branches ? 1 : count);
    const std::size_t repeats = pass.branches ? count : 1;
    for (std::size_t i = 0; i < repeats; ++i)
        std::memcpy(place(plan.step.turns) + i * turns.size() * sizeof(float), turns.data(),
                    turns.size() * sizeof(float));
    const std::size_t width = plan.config.width;
    for (std::size_t row = 0; row * width < pass.activations.size(); ++row)
        std::memcpy(place(plan.step.activations + row * plan.scratch.x.stride),
                    pass.activations.data() + row * width, width * sizeof(float));
}

} // namespace ponder
