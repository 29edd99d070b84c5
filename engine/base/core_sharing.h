// Keeps the threads of a pool at work on a computer that others use too.
//
// A scheduler may put two threads that work in step on one processor and leave them there for many
// milliseconds: each then waits for the other's turn, and a task of 10 microseconds takes 200. Each thread
// says at the start of a task where it runs; one that met another there several times in a row moves away,
// once, and may go anywhere afterwards.
//
// A foreign program takes a processor for 3 milliseconds and more, with a thread of the pool in the middle of
// its work. Whoever waits for that thread has a processor to give: it brings the thread to it and sleeps.
//
// Owner: ThreadPool. Thread: sit() and look() by every thread of the pool at once, each with its own index.
// Errors: none; where the system does not say or does not move, nothing happens. Next station: thread_pool.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace ponder {

class CoreSharing {
public:
    explicit CoreSharing(unsigned threads) : m_seats(new Seat[threads]) {}

    void sit(unsigned thread); // before its first look()
    void look(unsigned thread);

    // Processor time that a thread has had, in nanoseconds: it stands while the thread has no processor.
    // 0 where the system does not say.
    std::uint64_t timeOf(unsigned thread) const;
    // To the processor of the caller, which should sleep then; the thread may go anywhere afterwards.
    void bringHere(unsigned thread) const;
    // Whether two threads were on one processor when they looked last.
    bool together(unsigned one, unsigned other) const;

private:
    // Written only when a thread has moved, so that reading costs nothing.
    struct alignas(64) Seat {
        std::atomic<int> processor{-1};
        std::atomic<int> id{0}; // the system's, of the thread
        int meetings = 0;       // its own thread's
    };

    bool taken(int processor, unsigned before) const;

    std::unique_ptr<Seat[]> m_seats;
};

} // namespace ponder
