// A shader's SPIR-V, cut into instructions, functions and blocks.
//
// Takes the words as they were built; gives spans of them, or nothing where they are not what a compiler of
// shaders writes. Owner: plain value; the words outlive it. Thread: any. Next station: shader_pruner.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ponder::spirv {

// The Khronos group's numbers (SPIR-V specification, section 3).
enum Op : std::uint16_t {
    OpName = 5,
    OpMemberName = 6,
    OpEntryPoint = 15,
    OpConstantTrue = 41,
    OpConstantFalse = 42,
    OpConstant = 43,
    OpSpecConstant = 50,
    OpSpecConstantOp = 52,
    OpFunction = 54,
    OpFunctionEnd = 56,
    OpFunctionCall = 57,
    OpStore = 62,
    OpDecorate = 71,
    OpLogicalOr = 166,
    OpLogicalAnd = 167,
    OpLogicalNot = 168,
    OpIEqual = 170,
    OpINotEqual = 171,
    OpShiftLeftLogical = 196,
    OpBitwiseOr = 197,
    OpBitwiseAnd = 199,
    OpControlBarrier = 224,
    OpMemoryBarrier = 225,
    OpPhi = 245,
    OpLoopMerge = 246,
    OpSelectionMerge = 247,
    OpLabel = 248,
    OpBranch = 249,
    OpBranchConditional = 250,
    OpSwitch = 251,
    OpUnreachable = 255,
};

using Id = std::uint32_t;
using Words = std::span<const std::uint32_t>;
using Instruction = Words;

inline Op opOf(Instruction instruction) { return static_cast<Op>(instruction[0] & 0xFFFFU); }
// The id that an instruction of a function defines.
std::optional<Id> resultOf(Instruction instruction);

struct Block {
    Id label = 0;
    std::vector<Instruction> instructions; // with the label and the end
    Instruction end() const { return instructions.back(); }
};

struct Function {
    Id id = 0;
    std::vector<Instruction> head; // with the parameters
    std::vector<Block> blocks;     // at least one
};

struct Module {
    Words header;
    std::vector<Instruction> globals; // all before the functions
    std::vector<Function> functions;

    static std::optional<Module> read(Words words);
};

} // namespace ponder::spirv
