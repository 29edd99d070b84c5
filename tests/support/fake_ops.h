// Operations of the forward pass that only say what they were asked to do, with which operands.
//
// Operands are written by the names that the family's files give them, so that a test reads like the pass.
#pragma once

#include "engine/model/forward.h"

#include <string>
#include <vector>

namespace ponder::test {

class FakeOps {
public:
    explicit FakeOps(const ModelConfig& config) : m_config(config) {}

    void embed(Weight table, Weight next) { say("embed " + name(table) + then(next)); }
    void receive(Weight next) { say("receive" + then(next)); }
    void send() { say("send"); }
    void project(const Projection& q, const Projection& k, const Projection& v) {
        say("project" + both(q) + both(k) + both(v));
    }
    void turnAndStore(std::uint32_t layer, const HeadAttention& heads, Weight queryNorm, Weight keyNorm) {
        if (heads.normsHeads) say("norm heads by " + name(queryNorm) + " " + name(keyNorm));
        say("turn and store " + std::to_string(layer) + ": " + std::to_string(heads.heads) + " heads, " +
            std::to_string(heads.kvHeads) + " of keys, " + std::to_string(heads.keySize) + " values");
    }
    void attend(std::uint32_t layer, const HeadAttention&) { say("attend " + std::to_string(layer)); }
    void gate(Weight gate, Weight up, Activation, Weight reader) {
        say("gate " + name(gate) + " " + name(up) + " for " + name(reader));
    }
    void addTo(Weight matrix, Rows rows, Weight next) { say("add " + product(matrix, rows) + then(next)); }
    void addNormedTo(Weight matrix, Rows rows, Weight norm, Weight next) {
        say("add " + product(matrix, rows) + ", normed by " + name(norm) + then(next));
    }
    void route(Weight router, Weight bias, Weight share, const MixtureFeedForward& mixture) {
        say("route " + name(router) + "+" + name(bias) +
            (share == kNoWeight ? "" : ", share " + name(share)) + ": " + std::to_string(mixture.used) +
            " of " + std::to_string(mixture.experts));
    }
    void gateChosen(Weight gate, Weight up, Weight reader, const MixtureFeedForward&) {
        say("gate chosen " + name(gate) + " " + name(up) + " for " + name(reader));
    }
    void addChosen(Weight down, const MixtureFeedForward&, Weight next) {
        say("add chosen " + name(down) + then(next));
    }
    void compress(Weight query, Weight keyValue) { say("compress " + name(query) + " " + name(keyValue)); }
    void expandQuery(Weight norm, Weight up) {
        say("expand queries normed by " + name(norm) + ", " + name(up));
    }
    void turnAndStoreLatent(std::uint32_t layer, const LatentAttention& latent, Weight norm) {
        say("turn and store " + std::to_string(layer) + ": " + std::to_string(latent.latentSize()) +
            " values normed by " + name(norm));
    }
    void absorb(Weight keyUp, const LatentAttention&) { say("absorb " + name(keyUp)); }
    void attendLatent(std::uint32_t layer, const LatentAttention&) { say("attend " + std::to_string(layer)); }
    void expandValues(Weight valueUp, const LatentAttention&) { say("expand values " + name(valueUp)); }
    void projectDelta(Weight input, Weight gate, Weight step, Weight write) {
        say("project " + name(input) + " " + name(gate) + " " + name(step) + " " + name(write));
    }
    void convolve(std::uint32_t layer, const DeltaAttention& delta, Weight convolution) {
        say("convolve " + std::to_string(layer) + ": " + std::to_string(delta.channels()) + " channels by " +
            name(convolution));
    }
    void applyDelta(std::uint32_t layer, const DeltaAttention&, const DeltaWeights& weights) {
        say("apply the delta rule " + std::to_string(layer) + ": " + name(weights.decay) + " " +
            name(weights.stepBias) + " " + name(weights.norm));
    }
    void head(Weight output) { say("head " + name(output)); }

    const std::vector<std::string>& said() const { return m_said; }

private:
    void say(std::string what) { m_said.push_back(std::move(what)); }
    // Without "blk.", ".weight": what is left tells layer and tensor.
    std::string name(Weight weight) const {
        if (!m_config.family->row(weight.slot)) return "-";
        std::string name = m_config.family->nameOf(weight);
        if (name.starts_with("blk.")) name.erase(0, 4);
        if (name.ends_with(".weight")) name.erase(name.size() - 7);
        return name;
    }
    std::string product(Weight matrix, Rows rows) const {
        const char* const of[] = {" of attended", " of gated", " of gated and shared"};
        return name(matrix) + of[static_cast<std::size_t>(rows)];
    }
    std::string both(const Projection& p) const { return " " + name(p.matrix) + "+" + name(p.bias); }
    std::string then(Weight next) const {
        return ", then " + (next == kNoWeight ? std::string("nothing") : name(next));
    }

    ModelConfig m_config;
    std::vector<std::string> m_said;
};

// What the pass through layers first .. end - 1 asks for.
inline std::vector<std::string> passOf(const ModelConfig& config, std::uint32_t first, std::uint32_t end) {
    FakeOps ops(config);
    forward(ops, config, first, end);
    return ops.said();
}

} // namespace ponder::test
