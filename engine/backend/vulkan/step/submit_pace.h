// How much work one submit may carry, so that no driver's watchdog fires and a stop is heeded soon.
//
// Takes the measured seconds of each submit; gives the multiply-adds that should take about 0.15 s. Owner:
// VulkanExecutor. Thread: one at a time. Next station: command_recorder.h.
#pragma once

namespace ponder {

class SubmitPace {
public:
    explicit SubmitPace(double firstRate) : m_rate(firstRate) {}

    double costPerSlice() const { return m_rate * kSeconds; }
    void measured(double cost, double seconds);
    // True where commands recorded for another limit should be recorded again.
    bool isFarFrom(double costPerSlice) const;
    double secondsFor(double cost) const { return cost / m_rate; }

private:
    static constexpr double kSeconds = 0.15;
    double m_rate; // multiply-adds a second
};

} // namespace ponder
