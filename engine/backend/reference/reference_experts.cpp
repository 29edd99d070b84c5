// Mixtures of experts: the part of reference_ops.h that routes and multiplies with the chosen experts'
// matrices.
#include "engine/backend/reference/kernels.h"
#include "engine/backend/reference/reference_ops.h"
#include "engine/quant/decode.h"

#include <cmath>

namespace ponder {
namespace {

// Rows `which` of values, each `length` long, one after the other.
std::vector<float> gathered(std::span<const float> values, std::size_t length,
                            const std::vector<std::size_t>& which) {
    std::vector<float> out;
    for (const std::size_t row : which) {
        const auto one = values.subspan(row * length, length);
        out.insert(out.end(), one.begin(), one.end());
    }
    return out;
}

std::vector<float> product(const TensorInfo& matrix, std::span<const float> in) {
    std::vector<float> out(in.size() / matrix.rowLength() * matrix.rows());
    reference::multiply(matrix, {}, in, out);
    return out;
}

} // namespace

void ReferenceOps::route(Weight router, Weight bias, Weight share, const MixtureFeedForward& mixture) {
    std::vector<float> logits = product(*m_weights[router], m_normed), scratch(mixture.experts), choosing;
    if (const TensorInfo* tensor = m_weights[bias]) {
        choosing.resize(mixture.experts);
        decode(tensor->type, tensor->bytes, choosing);
    }
    m_chosen.resize(m_rows * mixture.used);
    for (std::size_t t = 0; t < m_rows; ++t)
        chooseExperts(mixture, std::span(logits).subspan(t * mixture.experts, mixture.experts), choosing,
                      scratch, std::span(m_chosen).subspan(t * mixture.used, mixture.used));
    if (share == kNoWeight) return;
    m_share = product(*m_weights[share], m_normed);
    for (float& value : m_share)
        value = reference::sigmoid(value);
}

std::vector<std::size_t> ReferenceOps::usersOf(std::uint32_t expert) const {
    std::vector<std::size_t> users;
    for (std::size_t i = 0; i < m_chosen.size(); ++i)
        if (m_chosen[i].expert == expert) users.push_back(i);
    return users;
}

void ReferenceOps::gateChosen(Weight gateStack, Weight upStack, Weight /*reader*/,
                              const MixtureFeedForward& mixture) {
    m_expertGate.resize(m_chosen.size() * mixture.hidden);
    for (std::uint32_t expert = 0; expert < mixture.experts; ++expert) {
        const std::vector<std::size_t> users = usersOf(expert);
        if (users.empty()) continue;
        std::vector<std::size_t> rows;
        rows.reserve(users.size());
        for (const std::size_t user : users)
            rows.push_back(user / mixture.used);
        const std::vector<float> in = gathered(m_normed, m_config.width, rows);
        const TensorInfo gates = reference::expertOf(*m_weights[gateStack], expert);
        const TensorInfo ups = reference::expertOf(*m_weights[upStack], expert);
        std::vector<float> gate = product(reference::rowsOf(gates, 0, mixture.hidden), in);
        const std::vector<float> up =
            product(reference::rowsOf(ups, mixture.merged ? mixture.hidden : 0, mixture.hidden), in);
        reference::swiGlu(gate, up);
        for (std::size_t i = 0; i < users.size(); ++i)
            std::copy_n(&gate[i * mixture.hidden], mixture.hidden, &m_expertGate[users[i] * mixture.hidden]);
    }
}

void ReferenceOps::addChosen(Weight down, const MixtureFeedForward& mixture, Weight next) {
    for (std::uint32_t expert = 0; expert < mixture.experts; ++expert) {
        const std::vector<std::size_t> users = usersOf(expert);
        if (users.empty()) continue;
        const std::vector<float> out = product(reference::expertOf(*m_weights[down], expert),
                                               gathered(m_expertGate, mixture.hidden, users));
        for (std::size_t i = 0; i < users.size(); ++i) {
            float* x = &m_x[users[i] / mixture.used * m_config.width];
            for (std::size_t j = 0; j < m_config.width; ++j)
                x[j] += m_chosen[users[i]].weight * out[i * m_config.width + j];
        }
    }
    norm(next);
}

static_assert(ExpertOps<ReferenceOps>);

} // namespace ponder
