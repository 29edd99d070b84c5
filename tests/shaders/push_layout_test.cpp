// The push constants of every kernel lie where the structs of kernel_calls.h have them.
#include "engine/backend/vulkan/pipeline/kernel_calls.h"
#include "engine/backend/vulkan/pipeline/spirv_module.h"
#include "shaders/embedded.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <string>
#include <vector>

using namespace ponder;

namespace {

constexpr std::uint32_t kAddresses = 4 * sizeof(std::uint64_t); // before a kernel's own fields

struct Field {
    std::string name;
    std::uint32_t at = 0;
    bool operator==(const Field&) const = default;
};
using Fields = std::vector<Field>;

// PONDER_FIELDS(Call, a, b, ...): the members by the compiler's own names and places.
#define PONDER_AGAIN() PONDER_NEXT_FIELD
#define PONDER_NOTHING ()
#define PONDER_NEXT_FIELD(Call, field, ...)                                                                  \
    Field{#field, static_cast<std::uint32_t>(offsetof(Call, field))},                                        \
        __VA_OPT__(PONDER_AGAIN PONDER_NOTHING(Call, __VA_ARGS__))
#define PONDER_EXPAND(...)                                                                                   \
    PONDER_EXPAND_MORE(PONDER_EXPAND_MORE(PONDER_EXPAND_MORE(PONDER_EXPAND_MORE(__VA_ARGS__))))
#define PONDER_EXPAND_MORE(...)                                                                              \
    PONDER_EXPAND_MOST(PONDER_EXPAND_MOST(PONDER_EXPAND_MOST(PONDER_EXPAND_MOST(__VA_ARGS__))))
#define PONDER_EXPAND_MOST(...) __VA_ARGS__
#define PONDER_FIELDS(Call, ...) PONDER_EXPAND(PONDER_NEXT_FIELD(Call, __VA_ARGS__))

struct Kernel {
    const char* prefix; // of its variants' names
    std::size_t bytes;  // of its struct
    Fields fields;
};

std::vector<Kernel> attentionKernels() {
    return {
        {"rope_store",
         sizeof(RopeStoreCall),
         {PONDER_FIELDS(RopeStoreCall, qkv, qkvStride, query, queryStride, heads, kvHeads, headSize, rotary,
                        turns, cacheAt, capacity, scale, branches, queryNorm, keyNorm, epsilon, size, growth,
                        growthLength, askedSize)}},
        {"latent_store",
         sizeof(LatentStoreCall),
         {PONDER_FIELDS(LatentStoreCall, kept, keptStride, q, qStride, query, queryStride, heads, keySize,
                        rank, rotary, headSize, norm, epsilon, turns, cacheAt, capacity, branches, scale,
                        growth, growthLength)}},
        {"head_product",
         sizeof(HeadProductCall),
         {PONDER_FIELDS(HeadProductCall, x, xStride, xHead, blocks, matrix, groups, stackGroups, y, yStride,
                        yHead, scale, growth, growthLength)}},
        {"attention",
         sizeof(AttentionCall),
         {PONDER_FIELDS(AttentionCall, query, queryStride, heads, kvHeads, headSize, cacheAt, capacity,
                        result, resultStride, parts, partCount, firstPart, range, branches, resultSize,
                        window, gates, gateStride, gateHead)}},
        {"attention_combine",
         sizeof(AttentionCombineCall),
         {PONDER_FIELDS(AttentionCombineCall, heads, headSize, result, resultStride, parts, partCount,
                        resultSize, gates, gateStride, gateHead)}},
        {"delta_convolve",
         sizeof(DeltaConvolveCall),
         {PONDER_FIELDS(DeltaConvolveCall, mixed, mixedStride, convolved, convolvedStride, taps, keyHeads,
                        valueHeads, size, state, statePieces, branches, epsilon)}},
        {"delta_step",
         sizeof(DeltaStepCall),
         {PONDER_FIELDS(DeltaStepCall, mixed, mixedStride, convolved, convolvedStride, steps, stepStride,
                        decay, stepBias, result, resultStride, keyHeads, valueHeads, size, state, statePieces,
                        branches)}},
        {"delta_gate",
         sizeof(DeltaGateCall),
         {PONDER_FIELDS(DeltaGateCall, result, resultStride, gates, gateStride, size, norm, epsilon)}},
    };
}

std::vector<Kernel> kernels() {
    std::vector<Kernel> all{
        {"norm_qkv",
         sizeof(NormQkvCall),
         {PONDER_FIELDS(NormQkvCall, x, xStride, squares, squarePieces, width, epsilon, blocks, y, yStride,
                        matrices, groups, biases)}},
        {"norm_gate_up",
         sizeof(NormGateUpCall),
         {PONDER_FIELDS(NormGateUpCall, x, xStride, squares, squarePieces, width, epsilon, blocks, y, yStride,
                        gate, up, groups, quants, quantStride, added, addedStride)}},
        {"project_add",
         sizeof(ProjectAddCall),
         {PONDER_FIELDS(ProjectAddCall, y, yStride, blocks, matrix, groups, x, xStride, normed, squares,
                        squarePieces, norm, quants, quantStride)}},
        {"head",
         sizeof(HeadCall),
         {PONDER_FIELDS(HeadCall, x, xStride, squares, squarePieces, width, epsilon, blocks, matrix, groups,
                        logits, logitStride, columns)}},
        {"embed",
         sizeof(EmbedCall),
         {PONDER_FIELDS(EmbedCall, matrix, groups, firstToken, blocks, x, xStride, normed, squares,
                        squarePieces, norm, quants, quantStride, added, addedStride)}},
        {"route",
         sizeof(RouteCall),
         {PONDER_FIELDS(RouteCall, logits, logitStride, squares, squarePieces, width, epsilon, bias, experts,
                        used, groups, usedGroups, scale, choices, facts, users, tiles)}},
        {"sort_experts",
         sizeof(SortExpertsCall),
         {PONDER_FIELDS(SortExpertsCall, choices, used, experts, tileColumns, users, tiles, tileCount)}},
        {"gather_rows",
         sizeof(GatherRowsCall),
         {PONDER_FIELDS(GatherRowsCall, from, fromStride, users, used, to)}},
        {"expert_gate_up",
         sizeof(ExpertGateUpCall),
         {PONDER_FIELDS(ExpertGateUpCall, x, xStride, tiles, users, facts, blocks, y, yStride, gate, up,
                        groups, expertGroups, upFirst, stackGroups, quants, quantStride)}},
        {"expert_down",
         sizeof(ExpertDownCall),
         {PONDER_FIELDS(ExpertDownCall, y, yStride, tiles, users, blocks, matrix, groups, stackGroups, result,
                        resultStride)}},
        {"add_experts",
         sizeof(AddExpertsCall),
         {PONDER_FIELDS(AddExpertsCall, results, choices, used, x, xStride, normed, squares, squarePieces,
                        norm, quants, quantStride)}},
        {"share_rows",
         sizeof(ShareRowsCall),
         {PONDER_FIELDS(ShareRowsCall, y, yStride, quants, quantStride, blocks, facts)}},
        {"adapter_down",
         sizeof(AdapterDownCall),
         {PONDER_FIELDS(AdapterDownCall, x, xStride, squares, squarePieces, width, epsilon, blocks, columns,
                        lowStride, matrices, groups, low, scales)}},
        {"adapter_up",
         sizeof(AdapterUpCall),
         {PONDER_FIELDS(AdapterUpCall, lowStride, yStride, columns, adds, matrices, groups, blocks, low, y)}},
        {"receive",
         sizeof(ReceiveCall),
         {PONDER_FIELDS(ReceiveCall, from, x, xStride, normed, squares, squarePieces, norm, quants,
                        quantStride)}},
        {"norm_rows",
         sizeof(NormRowsCall),
         {PONDER_FIELDS(NormRowsCall, x, xStride, values, normed, normedStride, squares, squarePieces, norm,
                        quants, quantStride)}},
        {"send", sizeof(SendCall), {PONDER_FIELDS(SendCall, x, pieces)}},
        {"sample_",
         sizeof(SampleCall),
         {PONDER_FIELDS(SampleCall, logits, vocabulary, ranges, counters, parts, candidates, history, tokens,
                        turns, turnPieces, temperature, topK, topP, minP, repetition, frequency, window)}},
    };
    const std::vector<Kernel> more = attentionKernels();
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

std::vector<Kernel> kernelsOfNormsAfterParts() {
    return {{"add_normed",
             sizeof(AddNormedCall),
             {PONDER_FIELDS(AddNormedCall, given, givenSquares, after, width, epsilon, x, xStride, normed,
                            squares, squarePieces, norm, quants, quantStride)}}};
}

// The one with the longest prefix of this name.
const Kernel* kernelOf(const std::vector<Kernel>& all, std::string_view name) {
    const Kernel* best = nullptr;
    for (const Kernel& kernel : all)
        if (name.starts_with(kernel.prefix) &&
            (!best || std::strlen(kernel.prefix) > std::strlen(best->prefix)))
            best = &kernel;
    return best;
}

// Kernels name the three of an array one by one: matrices are matrixA, matrixB and matrixC.
Fields taken(const Fields& fields, std::size_t bytes) {
    const std::map<std::string, std::string> stems{{"matrices", "matrix"}, {"biases", "bias"}};
    Fields out;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::size_t end = i + 1 < fields.size() ? fields[i + 1].at : bytes;
        if (end - fields[i].at == 4) {
            out.push_back(fields[i]);
            continue;
        }
        const auto stem = stems.find(fields[i].name);
        for (std::uint32_t k = 0; fields[i].at + 4 * k < end; ++k)
            out.push_back({(stem == stems.end() ? fields[i].name : stem->second) + static_cast<char>('A' + k),
                           fields[i].at + 4 * k});
    }
    return out;
}

// The members of the module's struct "Push" after the addresses, by the place that the compiler gave them.
Fields pushOf(std::span<const std::uint32_t> words) {
    constexpr std::uint16_t kMemberDecorate = 72;
    constexpr std::uint32_t kOffset = 35;
    const auto module = spirv::Module::read(words);
    if (!module) return {};
    const auto text = [](spirv::Words from) {
        return std::string(reinterpret_cast<const char*>(from.data()));
    };
    spirv::Id push = 0;
    std::map<std::uint32_t, Field> members;
    for (const spirv::Instruction& one : module->globals)
        if (spirv::opOf(one) == spirv::OpName && text(one.subspan(2)) == "Push") push = one[1];
    for (const spirv::Instruction& one : module->globals) {
        if (one.size() < 4 || one[1] != push) continue;
        if (spirv::opOf(one) == spirv::OpMemberName) members[one[2]].name = text(one.subspan(3));
        if ((one[0] & 0xFFFFU) == kMemberDecorate && one[3] == kOffset) members[one[2]].at = one[4];
    }
    Fields out;
    for (const auto& [index, member] : members)
        if (index >= 4) out.push_back({member.name, member.at - kAddresses});
    return out;
}

std::string written(const Fields& fields) {
    std::string out;
    for (const Field& field : fields)
        out += field.name + "@" + std::to_string(field.at) + " ";
    return out;
}

} // namespace

class PushLayoutTest : public QObject {
    Q_OBJECT
private slots:
    void everyKernelReadsItsPushConstantsWhereTheStructHasThem() {
        std::vector<Kernel> all = kernels();
        for (const Kernel& kernel : kernelsOfNormsAfterParts())
            all.push_back(kernel);
        for (const std::string_view name : embeddedShaderNames()) {
            const Kernel* kernel = kernelOf(all, name);
            QVERIFY2(kernel, std::string(name).c_str());
            for (const bool texels : {false, true}) {
                const auto words = embeddedShader(name, texels);
                if (words.empty()) continue;
                const Fields push = pushOf(words);
                const Fields wanted = taken(kernel->fields, kernel->bytes);
                const std::string both =
                    std::string(name) + " has " + written(push) + "and the struct " + written(wanted);
                QVERIFY2(push == wanted, both.c_str());
            }
        }
    }
};

PONDER_TEST(PushLayoutTest)
#include "push_layout_test.moc"
