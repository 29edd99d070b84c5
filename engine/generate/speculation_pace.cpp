#include "engine/generate/speculation_pace.h"

#include <algorithm>

namespace ponder {
namespace {

constexpr double kNewTime = 0.25;       // weight of the newest round in the averages
constexpr double kNewGuess = 0.1;       // and of the newest guess
constexpr double kWorthwhile = 1.05;    // guesses must promise this much more than none
constexpr std::size_t kTryAgain = 16;   // rounds without guesses until one tries
constexpr std::size_t kCheckPlain = 64; // rounds with guesses until one goes without, to know its time
constexpr std::size_t kTrial = 2;

void average(std::optional<double>& mean, double value) {
    mean = mean ? *mean + kNewTime * (value - *mean) : value;
}

} // namespace

std::size_t SpeculationPace::next() const {
    if (!m_adaptive) return m_most;
    if (!m_plain) return 0;
    if (!m_extra) return m_most;
    const std::size_t wanted = best();
    if (wanted == 0) return m_sinceGuess >= kTryAgain ? std::min(m_most, kTrial) : 0;
    return m_sincePlain >= kCheckPlain ? 0 : wanted;
}

std::size_t SpeculationPace::best() const {
    double tokens = 1, reached = 1, highest = kWorthwhile / *m_plain;
    std::size_t wanted = 0;
    for (std::size_t guesses = 1; guesses <= m_most; ++guesses) {
        reached *= m_right;
        tokens += reached;
        const double speed = tokens / (*m_plain + static_cast<double>(guesses) * std::max(*m_extra, 0.0));
        if (speed <= highest) continue;
        highest = speed;
        wanted = guesses;
    }
    return wanted;
}

void SpeculationPace::record(std::size_t proposed, std::size_t accepted, double seconds) {
    ++m_sincePlain;
    ++m_sinceGuess;
    if (proposed == 0) {
        average(m_plain, seconds);
        m_sincePlain = 0;
        return;
    }
    m_sinceGuess = 0;
    if (m_plain) average(m_extra, (seconds - *m_plain) / static_cast<double>(proposed));
    for (std::size_t i = 0; i < std::min(accepted + 1, proposed); ++i)
        m_right += kNewGuess * ((i < accepted ? 1.0 : 0.0) - m_right);
}

} // namespace ponder
