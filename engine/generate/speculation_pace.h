// How many tokens are worth guessing at once, from what rounds have cost and how often guesses were right.
//
// With p the share of guesses that were right so far, k of them make (1 - p^(k+1)) / (1 - p) tokens of one
// run on average; a run costs a plain step and something for every guess. The k with the most tokens a second
// wins, none included; then a round now and then tries again. Owner: Speculation. Thread: any. Source of the
// formula: Leviathan et al. 2023.
#pragma once

#include <cstddef>
#include <optional>

namespace ponder {

class SpeculationPace {
public:
    // Not adaptive: always `most`.
    SpeculationPace(std::size_t most, bool adaptive) : m_most(most), m_adaptive(adaptive) {}

    std::size_t next() const; // guesses to ask for
    // A round: guesses that were there (fewer than asked for, maybe), those that were right, its seconds.
    void record(std::size_t proposed, std::size_t accepted, double seconds);

private:
    std::size_t best() const;

    std::size_t m_most;
    bool m_adaptive;
    std::optional<double> m_plain; // seconds of a run without guesses
    std::optional<double> m_extra; // seconds that one guess adds
    double m_right = 0.5;          // share of guesses that are right where those before them were
    std::size_t m_sincePlain = 0;  // rounds
    std::size_t m_sinceGuess = 0;
};

} // namespace ponder
