// Writes one tensor of a new model file in its number format, while its weights stream through.
//
// Takes rows of f32 from anywhere (another file, a folder, a base with an adapter); gives their blocks to a
// GgufOutput. Rows are fetched and encoded by all threads of the pool at once, some megabytes at a time: what
// is in memory does not grow with the tensor. Owner: the caller, for any number of tensors one after the
// other. Thread: one, which uses the pool. Errors: those of the source; BadWeights (its subject, the file, is
// left to the caller); Cancelled; those of gguf_output.h. Next station: gguf_output.h.
#pragma once

#include "engine/base/thread_pool.h"
#include "engine/file/gguf_output.h"

#include <functional>
#include <span>
#include <stop_token>
#include <vector>

namespace ponder {

struct TensorSource {
    std::uint64_t rowLength = 0, rows = 0;
    // Fills whole rows from the first on. Called by several threads at once.
    std::function<Result<void>(std::uint64_t firstRow, std::span<float> values)> read;
    // The same as blocks of the target's type, where rows come as such; read() is not called then.
    std::function<Result<void>(std::uint64_t firstRow, std::span<std::byte> blocks)> readBlocks;
};

class TensorQuantizer {
public:
    using Progress = std::function<void(std::uint64_t bytes)>; // of this tensor, written so far

    explicit TensorQuantizer(ThreadPool& pool) : m_pool(pool), m_workers(pool.threads()) {}

    // `target` is the next tensor of the output and has the shape of the source.
    Result<void> write(GgufOutput& output, const GgufOutputTensor& target, const TensorSource& source,
                       const std::stop_token& stop, const Progress& progress);

private:
    struct Worker {
        std::vector<float> values;
        Result<void> done;
    };
    Result<void> encodeRows(const GgufOutputTensor& target, const TensorSource& source, std::uint64_t first,
                            std::uint64_t rows);

    ThreadPool& m_pool;
    std::vector<Worker> m_workers; // of each thread
    std::vector<std::byte> m_blocks;
};

} // namespace ponder
