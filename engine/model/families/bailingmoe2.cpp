// Ling 2.0 and Ring 2.0: inclusionAI 2025 (arXiv 2510.22115). Each head of q and k is normed before RoPE
// turns a part of it; after the first layers mixtures beside a shared expert, routed as in DeepSeek-V3, in
// groups.
#include "engine/model/families/families.h"

namespace ponder {

const Family& bailingMoe2Family() {
    static const Family family{
        .architecture = "bailingmoe2",
        .ropePairs = RopePairs::Halves,
        .gating = Gating::Sigmoid,
        .normalisesExperts = true,
        .layer = headNormMixtureLayer,
        .tensors = tensorTable({modelRows(), headRows(), headNormRows(), gatedRows(), mixtureRows(),
                                routerBiasRows(), sharedRows()}),
    };
    return family;
}

} // namespace ponder
