#include "app/cli/logits_slices.h"

#include <algorithm>

namespace ponder {

Result<void> forEachLogits(Session& session, std::span<const TokenId> ids, std::stop_token stop,
                           const VisitLogits& visit) {
    // Large enough that short texts take one run, small enough that 150,000 words stay below 700 MB.
    constexpr std::size_t kSlice = 1024;
    for (std::size_t first = 0; first < ids.size(); first += kSlice) {
        const std::size_t end = std::min(ids.size(), first + kSlice);
        const auto logits = session.logits(ids.first(end), first, stop);
        if (!logits) return logits.error();
        if (const auto visited = visit(first, *logits); !visited) return visited;
    }
    return {};
}

} // namespace ponder
