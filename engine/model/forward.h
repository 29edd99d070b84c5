// The forward pass of a Llama-shaped decoder (Llama, Qwen2), in reading order.
//
//     x_0 = E[token]
//     for every layer:  x += Wo · attention(RoPE(Wq·rms(x)+bq), RoPE(Wk·rms(x)+bk), Wv·rms(x)+bv)
//                       x += Wdown · (silu(Wgate·rms(x)) * (Wup·rms(x)))
//     logits = W · rms(x)
//
// It is written once, over the fused operations below. A backend supplies them: the reference computes at
// once, Vulkan records one dispatch (or a few) for each and submits the recording many times. Source: Touvron
// et al. 2023 (Llama), Su et al. 2021 (RoPE), Shazeer 2020 (SwiGLU), Zhang & Sennrich 2019 (RMSNorm). Thread:
// the backend's. Next station: sample/ (logits to a token).
#pragma once

#include "engine/model/weights.h"

#include <concepts>

namespace ponder {

// Operations on n rows (tokens) at once. All activations are f32; x is the residual stream [n x d].
template<class Ops>
concept DecoderOps = requires(Ops& ops, const typename Ops::Tensor& w,
                              const LayerWeights<typename Ops::Tensor>& layer, std::uint32_t index) {
    {ops.embed(w)};            // x[t] = w[token[t]]
    {ops.normQkv(layer)};      // q,k,v = W · rms(x) (+ bias): [n x heads*h], [n x kvHeads*h] twice
    {ops.ropeStore(index, w)}; // turn q and k by position (w: rope factors); append k, v to the cache
    {ops.attention(index)};    // a = softmax(q·Kᵀ / √h, causal) · V: [n x heads*h]
    {ops.outputAdd(layer)};    // x += Wo · a
    {ops.normGateUp(layer)};   // g = silu(Wgate·rms(x)) * (Wup·rms(x)): [n x f]
    {ops.downAdd(layer)};      // x += Wdown · g
    {ops.receive()};           // x, from the layers before
    {ops.send()};              // x, to the layers behind
    {ops.head(w, w)};          // logits = W · rms(x), for the rows that are wanted
};

// Runs layers first .. end - 1. Where they begin later than the model, x is what the layers before left;
// where they end earlier, it is handed on.
template<DecoderOps Ops>
void forward(Ops& ops, const Weights<typename Ops::Tensor>& weights, std::uint32_t first, std::uint32_t end) {
    if (first == 0)
        ops.embed(weights.tokenEmbedding);
    else
        ops.receive();
    for (std::uint32_t index = first; index < end; ++index) {
        const auto& layer = weights.layers[index];
        ops.normQkv(layer);
        ops.ropeStore(index, weights.ropeFactors);
        ops.attention(index);
        ops.outputAdd(layer);
        ops.normGateUp(layer);
        ops.downAdd(layer);
    }
    if (end == weights.layers.size())
        ops.head(weights.outputNorm, weights.output);
    else
        ops.send();
}

} // namespace ponder
