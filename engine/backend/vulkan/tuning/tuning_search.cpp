#include "engine/backend/vulkan/tuning/tuning_search.h"

#include "engine/backend/vulkan/tuning/tuning_bench.h"

#include <algorithm>
#include <chrono>

namespace ponder {
namespace {

using Clock = std::chrono::steady_clock;

struct Best {
    MatrixShape shape;
    double seconds = 0; // 0: none yet
};

class Search {
public:
    Search(VulkanContext& context, TuningBench& bench, const TuningProgress& progress,
           const std::stop_token& stop)
        : m_context(context), m_bench(bench), m_progress(progress), m_stop(stop) {}

    // Makes `best` the quickest of the shapes that are right, and of what it was.
    Result<void> improve(Best& best, const std::vector<MatrixShape>& candidates, std::uint32_t columns,
                         bool integer) {
        for (const MatrixShape& candidate : candidates) {
            if (m_stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
            const double left =
                kTuningSeconds - std::chrono::duration<double>(Clock::now() - m_start).count();
            if (m_progress) m_progress(std::max(0.0, left));
            if (left <= 0) break;
            if (!candidate.runsOn(m_context.physical()) || (integer && candidate.isHalf())) continue;
            MatrixShape shape = candidate.forColumns(columns);
            shape.integer = integer;
            const auto seconds = m_bench.seconds(shape, columns);
            if (!seconds && m_context.lost()) return seconds.error();
            if (!seconds || *seconds <= 0) continue; // it does not compile here, or computes nonsense
            if (best.seconds == 0 || *seconds < best.seconds) best = {candidate, *seconds};
        }
        return {};
    }

private:
    VulkanContext& m_context;
    TuningBench& m_bench;
    const TuningProgress& m_progress;
    std::stop_token m_stop;
    Clock::time_point m_start = Clock::now();
};

std::vector<MatrixShape> candidatesFor(const VulkanPhysical& physical, bool many) {
    const std::uint32_t subgroup = physical.subgroupSize;
    std::vector<MatrixShape> out;
    if (many)
        out = {MatrixShape::cooperative(physical),
               {MatrixVariant::Half, 128, 16},
               {MatrixVariant::Shared, 128, 16}};
    for (const std::uint32_t subgroups : {8U, 4U, 2U})
        out.push_back({MatrixVariant::Row, subgroups * subgroup, 8});
    for (const std::uint32_t workgroup : {32U, 8U, 64U})
        out.push_back({MatrixVariant::Tile, workgroup, workgroup});
    return out;
}

} // namespace

Result<MatrixTuning> searchTuning(VulkanContext& context, const MatrixTuning& standard,
                                  const TuningProgress& progress, const std::stop_token& stop) {
    auto bench = TuningBench::create(context);
    if (!bench) return bench.error();
    Search search(context, **bench, progress, stop);
    constexpr std::uint32_t kColumns[3] = {1, 4, 64};
    const MatrixShape* shapes[3] = {&standard.single, &standard.few, &standard.many};
    Best found[2][3]; // [integer][columns]
    // The standard shapes first, so that they are measured when time runs out. One token and a prompt decide
    // about integers; few columns come last.
    for (const bool others : {false, true})
        for (const int which : {0, 2, 1})
            for (const bool integer : {false, true}) {
                if (integer && !context.physical().hasIntegerDot) continue;
                const auto candidates = others ? candidatesFor(context.physical(), which == 2)
                                               : std::vector<MatrixShape>{*shapes[which]};
                const auto done = search.improve(found[integer][which], candidates, kColumns[which], integer);
                if (!done) return done.error();
            }
    MatrixTuning out = standard;
    double ratio = 0; // how long integers take, for a token and for a prompt
    bool measured = true;
    for (const int which : {0, 2}) {
        measured = measured && found[0][which].seconds > 0 && found[1][which].seconds > 0;
        ratio += found[1][which].seconds / found[0][which].seconds;
    }
    out.integer = measured ? ratio < 2.0 : standard.integer && context.physical().hasIntegerDot;
    const auto take = [&](int which, MatrixShape& shape) {
        if (found[out.integer][which].seconds > 0) shape = found[out.integer][which].shape;
    };
    take(0, out.single);
    take(1, out.few);
    take(2, out.many);
    // Halves read floats, whatever single tokens read.
    const Best& floats = found[0][2];
    if (out.integer && floats.shape.isHalf() && floats.seconds > 0 &&
        (found[1][2].seconds == 0 || floats.seconds < found[1][2].seconds))
        out.many = floats.shape;
    return out;
}

} // namespace ponder
