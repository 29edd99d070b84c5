#include "app/web/watchdog.h"

namespace ponder {

Watchdog::Watchdog(std::function<void()> onTime)
    : m_onTime(std::move(onTime)), m_thread([this](const std::stop_token& stop) { watch(stop); }) {}

void Watchdog::arm(std::chrono::milliseconds limit) {
    const std::lock_guard lock(m_mutex);
    m_deadline = Clock::now() + limit;
    m_fired = false;
    m_changed.notify_one();
}

bool Watchdog::disarm() {
    const std::lock_guard lock(m_mutex);
    m_deadline.reset();
    return m_fired;
}

void Watchdog::watch(const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        if (!m_deadline) {
            m_changed.wait(lock, stop, [this] { return m_deadline.has_value(); });
            continue;
        }
        const Clock::time_point deadline = *m_deadline;
        // Wakes early for another deadline; a disarm alone need not wake the thread.
        m_changed.wait_until(lock, stop, deadline, [&] { return m_deadline && *m_deadline != deadline; });
        if (stop.stop_requested() || m_deadline != deadline || Clock::now() < deadline) continue;
        // Under the lock, so that disarm() waits for it.
        m_fired = true;
        m_deadline.reset();
        m_onTime();
    }
}

} // namespace ponder
