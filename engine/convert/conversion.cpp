#include "engine/convert/conversion.h"

#include "engine/convert/conversion_state.h"
#include "engine/file/disk_space.h"
#include "engine/model/weights.h"
#include "engine/text/tokenizer.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace ponder {
namespace {

namespace fs = std::filesystem;

std::uint64_t sizeOf(const fs::path& path) {
    std::error_code problem;
    const std::uintmax_t size = fs::file_size(path, problem);
    return problem ? 0 : size;
}

} // namespace

Result<Conversion> Conversion::prepare(const fs::path& folder, const fs::path& target, FileType type) {
    Result<ConversionPlan> plan = ConversionPlan::open(folder);
    if (!plan) return plan.error();
    Conversion out(std::move(*plan), target, type);
    const GgufOutput output = out.m_plan.output(type);
    const Result<std::vector<std::byte>> header = output.header();
    if (!header) return header.error();
    out.m_fileBytes = header->size() + output.bytesBefore(output.tensors().size());
    out.m_fingerprint = conversionFingerprint(out.m_plan.files(), *header);
    return out;
}

void Conversion::discard(const fs::path& target) {
    std::error_code ignored;
    fs::remove(ConversionState::pathOf(target), ignored);
    fs::remove(AtomicFile::partOf(target), ignored);
}

// What the state promises has to be in the file as well.
std::size_t Conversion::tensorsKept() const {
    const std::uint64_t kept = ConversionState::tensorsOf(m_target, m_fingerprint);
    const GgufOutput output = m_plan.output(m_type);
    if (kept == 0 || kept > output.tensors().size()) return 0;
    const std::uint64_t end =
        m_fileBytes - output.bytesBefore(output.tensors().size()) + output.bytesBefore(kept);
    return sizeOf(AtomicFile::partOf(m_target)) < end ? 0 : kept;
}

Result<void> Conversion::run(ThreadPool& pool, std::stop_token stop, const Report& report) {
    const std::size_t kept = tensorsKept();
    GgufOutput output = m_plan.output(m_type);
    if (const Result<void> fits = checkDiskSpace(m_target, m_fileBytes - output.bytesBefore(kept)); !fits)
        return fits;
    if (const Result<void> begun = output.resume(m_target, kept); !begun) return begun;
    if (const Result<void> written = writeTensors(output, pool, stop, report); !written) {
        // Whatever it was, a later run may find it mended.
        if (const Result<void> saved = save(output); !saved) return saved;
        return written;
    }
    if (const Result<void> saved = save(output); !saved) return saved;
    if (const Result<void> sound = checkFile(); !sound) return sound;
    if (const Result<void> done = output.finish(); !done) return done;
    std::error_code ignored;
    fs::remove(ConversionState::pathOf(m_target), ignored);
    return {};
}

Result<void> Conversion::writeTensors(GgufOutput& output, ThreadPool& pool, std::stop_token stop,
                                      const Report& report) {
    TensorQuantizer quantizer(pool);
    const std::vector<GgufOutputTensor> tensors(output.tensors().begin(), output.tensors().end());
    ConversionProgress progress{0, output.tensorBytes(), {}};
    for (std::size_t i = 0; i < output.completeTensors(); ++i)
        progress.bytesDone += tensors[i].bytes;
    std::uint64_t unsaved = 0;
    for (std::size_t i = output.completeTensors(); i < tensors.size(); ++i) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, m_target.string(), {}};
        progress.tensor = tensors[i].name;
        report(progress);
        const std::uint64_t before = progress.bytesDone;
        Result<void> written =
            quantizer.write(output, tensors[i], m_plan.source(i), stop, [&](std::uint64_t bytes) {
                progress.bytesDone = before + bytes;
                report(progress);
            });
        if (!written) {
            if (written.error().subject.empty()) written.error().subject = m_plan.sourcePath(i);
            return written;
        }
        m_plan.releaseAll();
        progress.bytesDone = before + tensors[i].bytes;
        unsaved += tensors[i].bytes;
        if (unsaved < m_syncBytes) continue;
        if (const Result<void> saved = save(output); !saved) return saved;
        unsaved = 0;
    }
    report(progress);
    return {};
}

Result<void> Conversion::save(GgufOutput& output) const {
    if (const Result<void> synced = output.sync(); !synced) return synced;
    return ConversionState{m_fingerprint, output.completeTensors()}.save(m_target);
}

// The loader's own judgement, before the file gets its name.
Result<void> Conversion::checkFile() const {
    const auto file = ModelFile::open(AtomicFile::partOf(m_target));
    if (!file) return file.error();
    const Result<ModelConfig> config = ModelConfig::read(**file);
    if (!config) return config.error();
    if (const Result<FileWeights> weights = bindWeights(**file, *config); !weights) return weights.error();
    return {};
}

} // namespace ponder
