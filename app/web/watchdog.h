// Calls a function when a deadline passes before it is disarmed.
//
// Takes a time limit; gives one call of `onTime` from its own thread at most once per arm(). After disarm()
// returned, `onTime` is neither running nor going to run. Owner: JsEngine. Thread: arm and disarm from one
// thread. Next station: JsEngine, which interrupts its script.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace ponder {

class Watchdog {
public:
    explicit Watchdog(std::function<void()> onTime);

    void arm(std::chrono::milliseconds limit);
    bool disarm(); // true: the deadline had passed and onTime was called

private:
    using Clock = std::chrono::steady_clock;
    void watch(const std::stop_token& stop);

    std::function<void()> m_onTime;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::optional<Clock::time_point> m_deadline;
    bool m_fired = false;
    std::jthread m_thread; // last: it stops and joins before the rest goes
};

} // namespace ponder
