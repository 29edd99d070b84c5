// Keeps the threads of a pool on processors of their own.
//
// A scheduler may put two threads that work in step on one processor and leave them there for many
// milliseconds: each then waits for the other's turn, and a task of 10 microseconds takes 200. Each thread
// says at the start of a task where it runs; one that met another there several times in a row moves away,
// once, and may go anywhere afterwards.
//
// Owner: ThreadPool. Thread: look() by every thread of the pool at once, each with its own index. Errors:
// none; where the system does not say or does not move, nothing happens. Next station: thread_pool.h.
#pragma once

#include <atomic>
#include <memory>

namespace ponder {

class CoreSharing {
public:
    explicit CoreSharing(unsigned threads) : m_seats(new Seat[threads]) {}

    void look(unsigned thread);

private:
    // Written only when a thread has moved, so that reading costs nothing.
    struct Seat {
        std::atomic<int> processor{-1};
        int meetings = 0; // its own thread's
    };

    bool taken(int processor, unsigned before) const;

    std::unique_ptr<Seat[]> m_seats;
};

} // namespace ponder
