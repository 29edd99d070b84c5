#include "engine/convert/conversion_state.h"

#include "engine/base/checksum.h"
#include "engine/convert/json_fields.h"
#include "engine/file/atomic_file.h"

#include <system_error>

namespace ponder {
namespace {

constexpr std::uint64_t kMaxBytes = 10'000;
constexpr std::uint64_t kVersion = 1; // of how tensors are written: a change makes older work void

template<class T>
void addNumber(Checksum& sum, T number) {
    sum.add(std::as_bytes(std::span(&number, 1)));
}

} // namespace

std::filesystem::path ConversionState::pathOf(const std::filesystem::path& target) {
    std::filesystem::path path = AtomicFile::partOf(target);
    return path += ".json";
}

std::uint64_t ConversionState::tensorsOf(const std::filesystem::path& target, std::uint64_t fingerprint) {
    const Result<nlohmann::json> json = jsonFile(pathOf(target), kMaxBytes);
    if (!json) return 0;
    JsonFields fields(*json, {});
    if (fields.integer("fingerprint", 0, ~std::uint64_t{0}) != fingerprint) return 0;
    return fields.integer("tensors", 0, ~std::uint64_t{0}).value_or(0);
}

Result<void> ConversionState::save(const std::filesystem::path& target) const {
    const std::string text = nlohmann::json{{"fingerprint", fingerprint}, {"tensors", tensors}}.dump();
    Result<AtomicFile> file = AtomicFile::create(pathOf(target));
    if (!file) return file.error();
    if (const Result<void> done = file->write(std::as_bytes(std::span(text))); !done) return done;
    if (const Result<void> done = file->sync(); !done) return done;
    return file->commit();
}

std::uint64_t conversionFingerprint(const std::vector<SafetensorsFile>& files,
                                    std::span<const std::byte> header) {
    Checksum sum;
    addNumber(sum, kVersion);
    sum.add(header);
    for (const SafetensorsFile& file : files) {
        const std::filesystem::path path = file.path();
        const std::string name = path.filename().string();
        sum.add(std::as_bytes(std::span(name)));
        addNumber(sum, file.fileBytes());
        std::error_code ignored;
        addNumber(sum, std::filesystem::last_write_time(path, ignored).time_since_epoch().count());
    }
    return sum.value();
}

} // namespace ponder
