#include "engine/backend/vulkan/pipeline/spirv_module.h"

namespace ponder::spirv {
namespace {

constexpr std::uint32_t kMagic = 0x07230203, kHeaderWords = 5;

bool endsBlock(Op op) { return op >= OpBranch && op <= OpUnreachable; }

// The words without which an instruction makes no sense here.
std::size_t leastWords(Op op) {
    switch (op) {
    case OpEntryPoint:
    case OpConstant:
    case OpSpecConstant:
    case OpBranchConditional:
    case OpFunctionCall:
        return 4;
    case OpSpecConstantOp:
        return 5;
    case OpConstantTrue:
    case OpConstantFalse:
    case OpFunction:
    case OpDecorate:
    case OpPhi:
    case OpLoopMerge:
    case OpSwitch:
        return 3;
    case OpSelectionMerge:
    case OpLabel:
    case OpBranch:
        return 2;
    default:
        return 1;
    }
}

// Puts instructions, one after the other, into the module.
class ModuleReader {
public:
    explicit ModuleReader(Module& module) : m_module(module) {}

    bool take(Instruction instruction) {
        const Op op = opOf(instruction);
        if (instruction.size() < leastWords(op)) return false;
        if (op == OpFunction) {
            if (m_inFunction) return false;
            m_inFunction = true;
            m_module.functions.push_back({instruction[2], {instruction}, {}});
            return true;
        }
        if (m_inFunction) return takeLocal(op, instruction);
        m_module.globals.push_back(instruction);
        return m_module.functions.empty();
    }
    bool isWhole() const { return !m_inFunction && !m_module.functions.empty(); }

private:
    bool takeLocal(Op op, Instruction instruction) {
        Function& function = m_module.functions.back();
        const bool inBlock = !function.blocks.empty() && !endsBlock(opOf(function.blocks.back().end()));
        if (op == OpFunctionEnd) {
            m_inFunction = false;
            return !inBlock && !function.blocks.empty();
        }
        if (op == OpLabel) {
            function.blocks.push_back({instruction[1], {instruction}});
            return !inBlock;
        }
        if (inBlock) {
            function.blocks.back().instructions.push_back(instruction);
            return true;
        }
        function.head.push_back(instruction);
        return function.blocks.empty();
    }

    Module& m_module;
    bool m_inFunction = false;
};

} // namespace

std::optional<Id> resultOf(Instruction instruction) {
    const Op op = opOf(instruction);
    if (op == OpLabel) return instruction[1];
    if (endsBlock(op) || op == OpStore || op == OpSelectionMerge || op == OpLoopMerge ||
        op == OpControlBarrier || op == OpMemoryBarrier || instruction.size() < 3)
        return std::nullopt;
    return instruction[2];
}

std::optional<Module> Module::read(Words words) {
    if (words.size() < kHeaderWords || words[0] != kMagic) return std::nullopt;
    Module out;
    out.header = words.first(kHeaderWords);
    ModuleReader reader(out);
    for (std::size_t at = kHeaderWords; at < words.size();) {
        const std::size_t length = words[at] >> 16;
        if (length == 0 || length > words.size() - at) return std::nullopt;
        if (!reader.take(words.subspan(at, length))) return std::nullopt;
        at += length;
    }
    if (!reader.isWhole()) return std::nullopt;
    return out;
}

} // namespace ponder::spirv
