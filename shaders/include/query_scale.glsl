// What a query is multiplied by at last: the scores' scale, and what it grows with its position. Includer:
// declares scale, growth and growthLength as push constants.
float queryScale(uint column) {
    if (push.growth == 0.0) return push.scale;
    const uint position = stepFirstPosition() + (stepBranchLength() == 0u ? column : 0u);
    return push.scale * (1.0 + push.growth * log(1.0 + float(position / push.growthLength)));
}
