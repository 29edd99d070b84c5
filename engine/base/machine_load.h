// Whether the computer had other work while something was measured on it.
//
// Takes two looks at how much processor time was spent, by the measured threads and by everybody; gives what
// others took meanwhile. Owner: the caller. Thread: any. Errors: none; where the system does not say, others
// count as idle. Sources: proc(5) for /proc/stat, the process's own clock. Next station:
// app/fit/processor_bandwidth.h, app/chat/reply_measure.h.
#pragma once

#include <filesystem>

namespace ponder {

// Seconds, each since a moment of its own: only differences mean something.
struct ProcessorTime {
    double wall = 0;
    double own = 0;          // of this process, on all processors together
    double all = 0;          // of everybody, on the processors that this process may use
    unsigned processors = 0; // that `all` was counted on; 0: the system does not say
};

class ProcessorClock {
public:
    virtual ~ProcessorClock() = default;
    virtual ProcessorTime now() const = 0;
};

// The real one. `root` of the file system: a test may bring a recorded one.
class SystemProcessorClock final : public ProcessorClock {
public:
    explicit SystemProcessorClock(std::filesystem::path root = "/") : m_root(std::move(root)) {}
    ProcessorTime now() const override;

private:
    std::filesystem::path m_root;
};

struct MachineLoad {
    double foreign = 0;      // processors that others kept busy, on average
    unsigned processors = 0; // of so many; 0: not known
    double ownShare = 1;     // of the time that the measured threads could have had, what they got

    // `mine`: processor seconds of what is measured, which ran on `threads` at once (0: it need not have
    // kept them busy).
    static MachineLoad between(const ProcessorTime& before, const ProcessorTime& after, double mine,
                               double threads);
    // Others had more than a tenth of the processors, or the threads too little of their own.
    bool busy() const;
};

} // namespace ponder
