#include "engine/backend/cpu/expert_rows.h"

namespace ponder::cpu {

void ExpertRows::sort(std::span<const ChosenExpert> chosen, std::uint32_t used, std::uint32_t experts) {
    m_position.assign(experts, 0);
    for (const ChosenExpert& one : chosen)
        ++m_position[one.expert];
    m_groups.clear();
    m_users.resize(chosen.size());
    m_groupOf.resize(chosen.size());
    std::uint32_t first = 0;
    for (std::uint32_t expert = 0; expert < experts; ++expert) {
        const std::uint32_t count = m_position[expert];
        m_position[expert] = first;
        if (count == 0) continue;
        const auto group = static_cast<std::uint32_t>(m_groups.size());
        std::fill_n(m_groupOf.begin() + first, count, group);
        ExpertGroup& made = m_groups.emplace_back();
        made.expert = expert;
        made.first = first;
        made.count = count;
        first += count;
    }
    for (std::size_t i = 0; i < chosen.size(); ++i)
        m_users[m_position[chosen[i].expert]++] = {static_cast<std::uint32_t>(i / used), chosen[i].weight};
}

void ExpertRows::layOut(Rounding rounding, std::uint32_t inLength, std::uint32_t gatedLength, bool withIn) {
    std::size_t bytes = 0;
    for (const ExpertGroup& group : m_groups)
        bytes += (withIn ? ActivationTiles::bytesFor(rounding, group.count, inLength) : 0) +
                 ActivationTiles::bytesFor(rounding, group.count, gatedLength);
    m_tiles.grow(bytes);
    std::byte* at = m_tiles.data();
    const auto take = [&](std::uint32_t columns, std::uint32_t length) {
        ActivationTiles out = ActivationTiles::over(at, rounding, columns, length);
        at += ActivationTiles::bytesFor(rounding, columns, length);
        return out;
    };
    for (ExpertGroup& group : m_groups) {
        if (withIn) group.in = take(group.count, inLength);
        group.gated = take(group.count, gatedLength);
    }
}

std::size_t ExpertRows::bytes() const {
    return m_tiles.size() + m_users.capacity() * sizeof(ExpertUser) +
           m_groups.capacity() * sizeof(ExpertGroup) +
           (m_groupOf.capacity() + m_position.capacity()) * sizeof(std::uint32_t);
}

} // namespace ponder::cpu
