// The forward pass of a decoder-only transformer, in reading order.
//
//     x_0 = E[token]
//     for every layer:  x += attention(n),    n = rms(x) * the norm before it
//                       x += feedForward(n)
//     logits = W · n
//
// Some families have norms after the parts, x += rms(attention(n)) * that norm, as well or instead: n is x
// then.
//
// It is written once, over the operations below. A backend supplies them: the reference computes at once,
// Vulkan records one dispatch (or a few) for each and submits the recording many times. Operands are named by
// slot and layer (slot.h); the pass, not the backend, says which norm comes next. Sources: Touvron et al.
// 2023 (Llama), DeepSeek-AI 2024 (latent attention), Su et al. 2021 (RoPE), Shazeer 2020 (SwiGLU), Zhang &
// Sennrich 2019 (RMSNorm). Thread: the backend's. Next station: sample/ (logits to a token).
#pragma once

#include "engine/model/config.h"

#include <concepts>

namespace ponder {

// A matrix and the bias that is added to its product, which a model may lack.
struct Projection {
    Weight matrix;
    Weight bias = kNoWeight;
};

// Rows that an operation left and a product reads.
enum class Rows {
    Attended, // what attend() or expandValues() gave [heads * valueSize]
    Gated,    // what gate() gave [f]
    Shared,   // the same, times the share that route() gave
};

// Operations on n rows (tokens) at once. All activations are f32; x is the residual stream [n x d], n its
// normed form rms(x) * w for the norm w that was named last, or x itself where none was.
template<class Ops>
concept DecoderOps = requires(Ops& ops, Weight w, const Projection& p, std::uint32_t layer,
                              const HeadAttention& heads, Rows rows, Activation activation) {
    {ops.embed(w, w)};                      // x[t] = w[token[t]]; the norm that comes next
    {ops.receive(w)};                       // x, from the layers before; the norm that comes next
    {ops.project(p, p, p)};                 // q, k, v = W·n (+ bias)
    {ops.turnAndStore(layer, heads, w, w)}; // turns q and k by position; appends k, v to the cache
    {ops.attend(layer, heads)};             // softmax(scale · q·Kᵀ, causal) · V
    {ops.gate(w, w, activation, w)};        // activation(Wgate·n) * (Wup·n), for the matrix that reads it
    {ops.addTo(w, rows, w)};                // x += W · rows; the norm that comes next
    {ops.addNormedTo(w, rows, w, w)};       // x += rms(W · rows) * w; the norm that comes next
    {ops.head(w)};                          // logits = W·n, for the rows that are wanted
    {ops.send()};                           // x, to the layers after
};

// Of a mixture: choose, multiply with the matrices of those chosen, add up.
template<class Ops>
concept ExpertOps = requires(Ops& ops, Weight w, const MixtureFeedForward& mixture) {
    // Which experts each row uses and how much each counts, of w·n and a bias (expert_choice.h); and its
    // share of the shared expert, sigmoid(w·n).
    {ops.route(w, w, w, mixture)};
    {ops.gateChosen(w, w, w,
                    mixture)};      // gate() with each expert's part of both stacks, for that of the third
    {ops.addChosen(w, mixture, w)}; // x += what the chosen make of that; the norm that comes next
};

// The norms of a part: of what it gives, if any, and before what comes next.
struct Norms {
    Weight after, next;
};

// x += W · rows, or that normed by itself.
template<DecoderOps Ops>
void add(Ops& ops, Weight matrix, Rows rows, const Norms& norms) {
    if (norms.after == kNoWeight)
        ops.addTo(matrix, rows, norms.next);
    else
        ops.addNormedTo(matrix, rows, norms.after, norms.next);
}

// x += Wo · attention(RoPE(Wq·n + bq), RoPE(Wk·n + bk), Wv·n + bv)
template<DecoderOps Ops>
void attention(Ops& ops, const HeadAttention& heads, std::uint32_t layer, const Norms& norms) {
    ops.project({{Slot::Query, layer}, {Slot::QueryBias, layer}},
                {{Slot::Key, layer}, {Slot::KeyBias, layer}},
                {{Slot::Value, layer}, {Slot::ValueBias, layer}});
    ops.turnAndStore(layer, heads, {Slot::QueryNorm, layer}, {Slot::KeyNorm, layer});
    ops.attend(layer, heads);
    add(ops, {Slot::AttentionOutput, layer}, Rows::Attended, norms);
}

// Of latent attention. What stands for the queries may be kept in any form until they are absorbed.
template<class Ops>
concept LatentOps = requires(Ops& ops, Weight w, std::uint32_t layer, const LatentAttention& latent) {
    {ops.compress(w, w)};                       // q, or what it is made from, and [c, k_pe] = W·n
    {ops.expandQuery(w, w)};                    // q = Wuq · (rms(that) * w)
    {ops.turnAndStoreLatent(layer, latent, w)}; // turns q_pe and k_pe; appends [rms(c) * w, k_pe]
    {ops.absorb(w, latent)};                    // of each head: [Wukᵀ·q_nope, q_pe]
    {ops.attendLatent(layer, latent)};          // softmax(scale · that·[c, k_pe], causal) · c
    {ops.expandValues(w, latent)};              // Wuv · that, of each head
};

// x += Wo · [Wuv_h · softmax(scale · [Wuk_hᵀ·q_nope_h, RoPE(q_pe_h)] · [c, RoPE(k_pe)]ᵀ, causal) · c of each
// h] with [q_nope_h, q_pe_h] = Wuq_h · rms(Wdq·n) or Wq_h·n, [c, k_pe] = Wdkv·n, c normed
template<DecoderOps Ops>
requires LatentOps<Ops>
void attention(Ops& ops, const LatentAttention& latent, std::uint32_t layer, const Norms& norms) {
    const bool ranked = latent.queryRank > 0;
    ops.compress({ranked ? Slot::QueryDown : Slot::Query, layer}, {Slot::KeyValueDown, layer});
    if (ranked) ops.expandQuery({Slot::QueryDownNorm, layer}, {Slot::QueryUp, layer});
    ops.turnAndStoreLatent(layer, latent, {Slot::KeyValueNorm, layer});
    ops.absorb({Slot::KeyUp, layer}, latent);
    ops.attendLatent(layer, latent);
    ops.expandValues({Slot::ValueUp, layer}, latent);
    add(ops, {Slot::AttentionOutput, layer}, Rows::Attended, norms);
}

// What the delta rule reads of a layer, but for its matrices.
struct DeltaWeights {
    Weight decay, stepBias, norm;
};

// Of the gated delta rule.
template<class Ops>
concept DeltaOps = requires(Ops& ops, Weight w, std::uint32_t layer, const DeltaAttention& delta,
                            const DeltaWeights& weights) {
    {ops.projectDelta(w, w, w, w)}; // u = [q, k, v], z, a, b = W·n
    // u = silu(the convolution of u over positions); the state's columns move on
    {ops.convolve(layer, delta, w)};
    // Each head: q, k of length 1; g = exp(decay · softplus(a + step bias)), b = sigmoid(b); o as layer.h has
    // it; then rms(o) * norm * silu(z). The state's matrices are those after the last row
    {ops.applyDelta(layer, delta, weights)};
};

// x += Wo · (rms(delta rule of (silu(conv(Wqkv·n)), Wa·n, Wb·n)) * norm * silu(Wz·n))
template<DecoderOps Ops>
requires DeltaOps<Ops>
void attention(Ops& ops, const DeltaAttention& delta, std::uint32_t layer, const Norms& norms) {
    ops.projectDelta({Slot::DeltaInput, layer}, {Slot::DeltaGate, layer}, {Slot::DeltaStep, layer},
                     {Slot::DeltaWrite, layer});
    ops.convolve(layer, delta, {Slot::DeltaConvolution, layer});
    ops.applyDelta(layer, delta,
                   {{Slot::DeltaDecay, layer}, {Slot::DeltaStepBias, layer}, {Slot::DeltaNorm, layer}});
    add(ops, {Slot::DeltaOutput, layer}, Rows::Attended, norms);
}

// x += Wdown · (activation(Wgate·n) * (Wup·n))
template<DecoderOps Ops>
void feedForward(Ops& ops, const GatedFeedForward& gated, std::uint32_t layer, const Norms& norms) {
    ops.gate({Slot::Gate, layer}, {Slot::Up, layer}, gated.activation, {Slot::Down, layer});
    add(ops, {Slot::Down, layer}, Rows::Gated, norms);
}

// Of a layer: what its mixture is made of, but for the shared expert.
struct MixtureWeights {
    Weight router, bias, gate, up, down;

    MixtureWeights(const MixtureFeedForward& mixture, std::uint32_t layer)
        : router(Slot::Router, layer), bias(Slot::RouterBias, layer),
          gate(mixture.merged ? Slot::GateUpExperts : Slot::GateExperts, layer),
          up(mixture.merged ? Slot::GateUpExperts : Slot::UpExperts, layer), down(Slot::DownExperts, layer) {}
};

// x += Σ weight_e · Wdown_e · (activation(Wgate_e·n) * (Wup_e·n)) over the chosen e, + share · the shared
// expert. No family norms that sum.
template<DecoderOps Ops>
void feedForward(Ops& ops, const MixtureFeedForward& mixture, std::uint32_t layer, const Norms& norms) {
    static_assert(ExpertOps<Ops>);
    const MixtureWeights w(mixture, layer);
    const Weight share = mixture.sharedGate ? Weight{Slot::SharedRouter, layer} : kNoWeight;
    ops.route(w.router, w.bias, share, mixture);
    ops.gateChosen(w.gate, w.up, w.down, mixture);
    if (mixture.sharedHidden > 0) {
        const Weight sharedDown{Slot::SharedDown, layer};
        ops.gate({Slot::SharedGate, layer}, {Slot::SharedUp, layer}, mixture.activation, sharedDown);
        ops.addTo(sharedDown, mixture.sharedGate ? Rows::Shared : Rows::Gated, kNoWeight); // n has been read
    }
    ops.addChosen(w.down, mixture, norms.next);
}

// The norm before a layer, if it has one, or before the head.
inline Weight normBefore(const ModelConfig& config, std::uint32_t layer) {
    if (layer == config.layers) return Slot::OutputNorm;
    return config.layer(layer).normsBefore ? Weight{Slot::AttentionNorm, layer} : kNoWeight;
}

// Runs layers first .. end - 1. Where they begin later than the model, x is what the layers before left;
// where they end earlier, it is handed on.
template<DecoderOps Ops>
void forward(Ops& ops, const ModelConfig& config, std::uint32_t first, std::uint32_t end) {
    if (first == 0)
        ops.embed({Slot::TokenEmbedding}, normBefore(config, first));
    else
        ops.receive(normBefore(config, first));
    for (std::uint32_t index = first; index < end; ++index) {
        const Layer layer = config.layer(index);
        const auto after = [&](Slot norm) { return layer.normsAfter ? Weight{norm, index} : kNoWeight; };
        const Norms attended{after(Slot::AttendedNorm),
                             layer.normsBefore ? Weight{Slot::FeedForwardNorm, index} : kNoWeight};
        std::visit([&](const auto& part) { attention(ops, part, index, attended); }, layer.attention);
        const Norms fed{after(Slot::FedNorm), normBefore(config, index + 1)};
        std::visit([&](const auto& part) { feedForward(ops, part, index, fed); }, layer.feedForward);
    }
    if (end == config.layers)
        ops.head({Slot::Output});
    else
        ops.send();
}

} // namespace ponder
