// Writes a Hugging Face folder as a GGUF file, quantized on the way.
//
// Takes a folder, the file to make and its type; gives the file, which appears whole by its last step. Until
// then the work lies in FILE.part, and FILE.part.json says how many tensors of it are sound; a run that was
// paused, cut off or killed is taken up there by the next one, if folder, type and this program's way of
// writing are still the same. Weights are streamed: memory does not grow with the model.
//
// Owner: the caller. Thread: run() by one thread, which uses all of the pool; it may be called again after it
// was stopped. Errors: those of conversion_plan.h; NoSpace (how much is missing), FileUnwritable, BadWeights
// (the tensor), Cancelled (what was done stays). Next station: model_file.h reads it.
#pragma once

#include "engine/convert/conversion_plan.h"

#include <functional>
#include <stop_token>

namespace ponder {

struct ConversionProgress {
    std::uint64_t bytesDone = 0; // of the tensors in the new file
    std::uint64_t bytesAll = 0;
    std::string tensor; // that is being written
};

class Conversion {
public:
    using Report = std::function<void(const ConversionProgress&)>;

    static Result<Conversion> prepare(const std::filesystem::path& folder,
                                      const std::filesystem::path& target, FileType type);
    // Forgets what an interrupted run left.
    static void discard(const std::filesystem::path& target);

    const std::filesystem::path& target() const { return m_target; }
    void setTarget(std::filesystem::path target) { m_target = std::move(target); }
    const std::string& name() const { return m_plan.metadata().notes().name; }
    std::uint64_t fileBytes() const { return m_fileBytes; }
    const ConversionPlan& plan() const { return m_plan; }
    std::size_t tensors() const { return m_plan.tensors(); }
    std::size_t tensorsKept() const; // that an earlier run left complete

    // How much may be written before the state is: what a loss of power can cost.
    void setSyncBytes(std::uint64_t bytes) { m_syncBytes = bytes; }
    Result<void> run(ThreadPool& pool, std::stop_token stop, const Report& report);

private:
    Conversion(ConversionPlan plan, std::filesystem::path target, FileType type)
        : m_plan(std::move(plan)), m_target(std::move(target)), m_type(type) {}

    Result<void> writeTensors(GgufOutput& output, ThreadPool& pool, std::stop_token stop,
                              const Report& report);
    Result<void> save(GgufOutput& output) const;
    Result<void> checkFile() const;

    ConversionPlan m_plan;
    std::filesystem::path m_target;
    FileType m_type;
    std::uint64_t m_fileBytes = 0;
    std::uint64_t m_fingerprint = 0; // of the source and of what is made of it
    std::uint64_t m_syncBytes = std::uint64_t{64} << 20;
};

} // namespace ponder
