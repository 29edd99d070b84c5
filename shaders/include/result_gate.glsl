// How much what a head attends to counts, value by value: sigmoid(gate) (Qiu et al. 2025).
//
// Includer: declares gates, gateStride and gateHead as push constants, the last 0 where heads have no gates, and
// includes loads.glsl first.
vec4 resultGate(uint column, uint head, uint piece) {
    if (push.gateHead == 0u) return vec4(1.0);
    return 1.0 / (1.0 + exp(-loadScratch(push.gates + column * push.gateStride + head * push.gateHead + piece)));
}
