// Ctrl-C as a stop token.
//
// While a Guard lives, the first interrupt asks its token to stop; without one, and at the second interrupt,
// the process ends at once with code 130. The constructor blocks the signal for the threads that start later,
// so it comes first in main(). Owner: main.cpp. Thread: its own waits for the signal; token() belongs to the
// caller. Next station: the engine's stop tokens.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace ponder {

class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    class Guard {
    public:
        explicit Guard(Interrupt& interrupt);
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        std::stop_token token() const { return m_token; }

    private:
        Interrupt& m_interrupt;
        std::stop_token m_token;
    };

private:
    void wait();

    std::mutex m_mutex;
    std::optional<std::stop_source> m_source; // there while a Guard lives
    std::atomic<bool> m_ending = false;
    std::thread m_thread;
};

} // namespace ponder
