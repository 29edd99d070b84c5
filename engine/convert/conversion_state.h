// How far a conversion has come, in a small file beside its unfinished output.
//
// Takes the path of the finished file; the state lies in PATH.part.json. Thread: one. Errors: of save()
// FileUnwritable; a state that cannot be read or belongs to another source counts as none. Next station:
// conversion.h.
#pragma once

#include "engine/convert/conversion_plan.h"

namespace ponder {

struct ConversionState {
    std::uint64_t fingerprint = 0;
    std::uint64_t tensors = 0; // complete and safely on the disk

    static std::filesystem::path pathOf(const std::filesystem::path& target);
    // The number of tensors that are there; 0 where the state is not this fingerprint's.
    static std::uint64_t tensorsOf(const std::filesystem::path& target, std::uint64_t fingerprint);
    Result<void> save(const std::filesystem::path& target) const;
};

// Changes with names, sizes and times of the weights' files, and with everything in the header.
std::uint64_t conversionFingerprint(const std::vector<SafetensorsFile>& files,
                                    std::span<const std::byte> header);

} // namespace ponder
