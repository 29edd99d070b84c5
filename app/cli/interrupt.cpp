#include "app/cli/interrupt.h"

#include "app/cli/exit_code.h"

#include <csignal>
#include <unistd.h>

namespace ponder {
namespace {

sigset_t interruptSignal() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    return set;
}

} // namespace

Interrupt::Interrupt() {
    const sigset_t set = interruptSignal();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_thread = std::thread([this] { wait(); });
}

Interrupt::~Interrupt() {
    m_ending = true;
    pthread_kill(m_thread.native_handle(), SIGINT);
    m_thread.join();
}

void Interrupt::wait() {
    const sigset_t set = interruptSignal();
    int signal = 0;
    while (sigwait(&set, &signal) == 0 && !m_ending) {
        const std::lock_guard lock(m_mutex);
        if (!m_source || !m_source->request_stop()) _exit(kInterrupted);
    }
}

Interrupt::Guard::Guard(Interrupt& interrupt) : m_interrupt(interrupt) {
    const std::lock_guard lock(interrupt.m_mutex);
    m_token = interrupt.m_source.emplace().get_token();
}

Interrupt::Guard::~Guard() {
    const std::lock_guard lock(m_interrupt.m_mutex);
    m_interrupt.m_source.reset();
}

} // namespace ponder
