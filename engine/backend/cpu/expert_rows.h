// The rows of a pass sorted by the expert that they use, so that each expert's matrices are read once.
//
// Takes what the router chose; gives, for each expert that is used, its users and their activations as
// whole numbers in tiles of their own. Owner: CpuOps; memory is kept between uses, and never more than
// plan/cpu_plan.h says. Thread: sort() and layOut() by one; then each user may be written by another. Next
// station: cpu_experts.cpp.
#pragma once

#include "engine/backend/cpu/activation_tiles.h"
#include "engine/model/expert_choice.h"

#include <span>
#include <vector>

namespace ponder::cpu {

struct ExpertUser {
    std::uint32_t row;
    float weight;
};

struct ExpertGroup {
    std::uint32_t expert = 0;
    std::uint32_t first = 0, count = 0; // of the users
    ActivationTiles in;                 // [count x width]
    ActivationTiles gated;              // [count x hidden]
};

class ExpertRows {
public:
    // chosen: [rows x used]
    void sort(std::span<const ChosenExpert> chosen, std::uint32_t used, std::uint32_t experts);
    // Room for the tiles of all groups; what they held is lost. `in` may be left out.
    void layOut(Rounding rounding, std::uint32_t inLength, std::uint32_t gatedLength, bool withIn);

    std::span<ExpertGroup> groups() { return m_groups; }
    std::span<const ExpertGroup> groups() const { return m_groups; }
    std::span<const ExpertUser> users() const { return m_users; }
    const ExpertUser& user(const ExpertGroup& group, std::uint32_t index) const {
        return m_users[group.first + index];
    }
    // Which group a user is in.
    ExpertGroup& groupOf(std::size_t user) { return m_groups[m_groupOf[user]]; }
    std::size_t bytes() const;

private:
    std::vector<ExpertUser> m_users;       // by expert, then by row
    std::vector<ExpertGroup> m_groups;     // by expert
    std::vector<std::uint32_t> m_groupOf;  // [users]
    std::vector<std::uint32_t> m_position; // [experts], where the next user goes
    HostBuffer m_tiles;
};

} // namespace ponder::cpu
