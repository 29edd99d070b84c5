#include "engine/backend/vulkan/pipeline/shader_pruner.h"

#include "engine/backend/vulkan/pipeline/spirv_module.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace ponder {
namespace {

using namespace spirv;

constexpr std::uint32_t kDecorationSpecId = 1;

using Values = std::unordered_map<Id, std::uint32_t>; // of constants; true is 1
using Ids = std::unordered_set<Id>;

class Pruner {
public:
    Pruner(const Module& module, std::span<const std::uint32_t> constants)
        : m_module(module), m_constants(constants) {}

    bool prune() {
        for (const Instruction& instruction : m_module.globals)
            learn(instruction);
        std::vector<Id> calls{m_entry};
        while (!calls.empty()) {
            const Id id = calls.back();
            calls.pop_back();
            const auto found = std::find_if(m_module.functions.begin(), m_module.functions.end(),
                                            [&](const Function& function) { return function.id == id; });
            if (found == m_module.functions.end()) return false;
            if (!m_called.insert(id).second) continue;
            reach(*found);
            for (const Block& block : found->blocks)
                for (const Instruction& instruction : block.instructions)
                    if (m_reached.contains(block.label) && opOf(instruction) == OpFunctionCall)
                        calls.push_back(instruction[3]);
        }
        return true;
    }

    std::vector<std::uint32_t> write() const {
        const Ids gone = goneIds();
        std::vector<std::uint32_t> out(m_module.header.begin(), m_module.header.end());
        const auto put = [&](Instruction words) { out.insert(out.end(), words.begin(), words.end()); };
        for (const Instruction& instruction : m_module.globals) {
            const Op op = opOf(instruction);
            if (op == OpName || op == OpMemberName || (op == OpDecorate && gone.contains(instruction[1])))
                continue;
            put(instruction);
        }
        for (const Function& function : m_module.functions) {
            if (!m_called.contains(function.id)) continue;
            for (const Instruction& instruction : function.head)
                put(instruction);
            for (const Block& block : function.blocks)
                if (m_reached.contains(block.label)) write(function, block, out);
            out.push_back((1U << 16) | OpFunctionEnd);
        }
        return out;
    }

private:
    void learn(Instruction words) {
        const Op op = opOf(words);
        if (op == OpEntryPoint) {
            m_entry = words[2];
        } else if (op == OpDecorate && words.size() == 4 && words[2] == kDecorationSpecId) {
            if (words[3] < m_constants.size()) m_values[words[1]] = m_constants[words[3]];
        } else if (op == OpConstantTrue || op == OpConstantFalse) {
            m_values[words[2]] = op == OpConstantTrue ? 1 : 0;
        } else if (words.size() == 4 && (op == OpConstant || op == OpSpecConstant)) {
            m_values.try_emplace(words[2], words[3]); // unless a decoration said otherwise
        } else if (op == OpSpecConstantOp) {
            const auto value = compute(static_cast<Op>(words[3]), words.subspan(4));
            if (value) m_values[words[2]] = *value;
        }
    }

    std::optional<std::uint32_t> compute(Op op, std::span<const Id> operands) const {
        const auto a = m_values.find(operands[0]);
        if (a == m_values.end()) return std::nullopt;
        if (op == OpLogicalNot) return a->second == 0;
        const auto b = operands.size() > 1 ? m_values.find(operands[1]) : m_values.end();
        if (b == m_values.end()) return std::nullopt;
        switch (op) {
        case OpLogicalOr:
            return (a->second | b->second) != 0;
        case OpLogicalAnd:
            return (a->second & b->second) != 0;
        case OpIEqual:
            return a->second == b->second;
        case OpINotEqual:
            return a->second != b->second;
        case OpShiftLeftLogical:
            return b->second < 32 ? a->second << b->second : 0;
        case OpBitwiseOr:
            return a->second | b->second;
        case OpBitwiseAnd:
            return a->second & b->second;
        default:
            return std::nullopt;
        }
    }

    // Where a block's condition is known: the only block that follows.
    std::optional<Id> onlyTarget(const Block& block) const {
        const Instruction last = block.end();
        if (opOf(last) != OpBranchConditional) return std::nullopt;
        const auto condition = m_values.find(last[1]);
        if (condition == m_values.end()) return std::nullopt;
        return condition->second ? last[2] : last[3];
    }

    std::vector<Id> targets(const Block& block) const {
        const Instruction last = block.end();
        if (const auto only = onlyTarget(block)) return {*only};
        switch (opOf(last)) {
        case OpBranch:
            return {last[1]};
        case OpBranchConditional:
            return {last[2], last[3]};
        case OpSwitch: {
            std::vector<Id> out{last[2]}; // the default; literals stand before the others
            for (std::size_t i = 4; i < last.size(); i += 2)
                out.push_back(last[i]);
            return out;
        }
        default:
            return {};
        }
    }

    // Marks the blocks that can run, and those that a merge names. As more are found, fewer values are known:
    // the last round found nothing new and knows what holds.
    void reach(const Function& function) {
        const Values outside = m_values;
        m_reached.insert(function.blocks.front().label);
        for (bool changed = true; changed;) {
            changed = false;
            m_values = outside;
            const auto mark = [&](Id label) { changed = m_reached.insert(label).second || changed; };
            for (const Block& block : function.blocks) {
                if (!m_reached.contains(block.label)) continue;
                for (const Instruction& instruction : block.instructions) {
                    if (opOf(instruction) == OpPhi) learnPhi(function, block, instruction);
                    if (opOf(instruction) == OpLoopMerge) {
                        mark(instruction[1]);
                        mark(instruction[2]);
                    }
                    if (opOf(instruction) == OpSelectionMerge && !onlyTarget(block)) mark(instruction[1]);
                }
                for (const Id target : targets(block))
                    mark(target);
            }
        }
    }

    bool comesFrom(const Function& function, const Block& block, Id before) const {
        for (const Block& other : function.blocks) {
            if (other.label != before || !m_reached.contains(before)) continue;
            const std::vector<Id> next = targets(other);
            return std::find(next.begin(), next.end(), block.label) != next.end();
        }
        return false;
    }

    void learnPhi(const Function& function, const Block& block, Instruction phi) {
        std::optional<std::uint32_t> value;
        for (std::size_t i = 3; i + 1 < phi.size(); i += 2) {
            if (!comesFrom(function, block, phi[i + 1])) continue;
            const auto known = m_values.find(phi[i]);
            if (known == m_values.end() || (value && *value != known->second)) return;
            value = known->second;
        }
        if (value) m_values[phi[2]] = *value;
    }

    Ids goneIds() const {
        Ids gone, kept;
        const auto sort = [&](Instruction instruction, bool stays) {
            if (const auto id = resultOf(instruction)) (stays ? kept : gone).insert(*id);
        };
        for (const Function& function : m_module.functions) {
            const bool called = m_called.contains(function.id);
            for (const Instruction& instruction : function.head)
                sort(instruction, called);
            for (const Block& block : function.blocks)
                for (const Instruction& instruction : block.instructions)
                    sort(instruction, m_reached.contains(block.label));
        }
        for (const Id id : kept)
            gone.erase(id);
        return gone;
    }

    void write(const Function& function, const Block& block, std::vector<std::uint32_t>& out) const {
        const auto only = onlyTarget(block);
        for (const Instruction& instruction : block.instructions) {
            if (only && opOf(instruction) == OpSelectionMerge) continue;
            if (only && opOf(instruction) == OpBranchConditional) {
                out.insert(out.end(), {(2U << 16) | OpBranch, *only});
                continue;
            }
            if (opOf(instruction) != OpPhi) {
                out.insert(out.end(), instruction.begin(), instruction.end());
                continue;
            }
            const std::size_t at = out.size();
            out.insert(out.end(), instruction.begin(), instruction.begin() + 3);
            for (std::size_t i = 3; i + 1 < instruction.size(); i += 2)
                if (comesFrom(function, block, instruction[i + 1]))
                    out.insert(out.end(), {instruction[i], instruction[i + 1]});
            out[at] = static_cast<std::uint32_t>(out.size() - at) << 16 | OpPhi;
        }
    }

    const Module& m_module;
    std::span<const std::uint32_t> m_constants;
    Values m_values;
    Id m_entry = 0;
    Ids m_called;  // functions
    Ids m_reached; // blocks of these
};

} // namespace

std::vector<std::uint32_t> pruneShader(std::span<const std::uint32_t> words,
                                       std::span<const std::uint32_t> constants) {
    const auto module = Module::read(words);
    if (!module) return {words.begin(), words.end()};
    Pruner pruner(*module, constants);
    if (!pruner.prune()) return {words.begin(), words.end()};
    return pruner.write();
}

} // namespace ponder
