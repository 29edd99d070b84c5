// Any bytes as a kept session: it is a state of which everything lies inside the bytes, or it is none. A
// right checksum is put behind the bytes, or the fuzzer would never get past it.
#include "engine/base/checksum.h"
#include "engine/generate/session_state.h"

#include <cstdlib>
#include <vector>

using namespace ponder;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto given = std::as_bytes(std::span(data, size));
    std::vector<std::byte> file(given.begin(), given.end());
    (void)SessionState::read(file);
    Checksum sum;
    sum.add(file);
    const std::uint64_t value = sum.value();
    const auto end = std::as_bytes(std::span(&value, 1));
    file.insert(file.end(), end.begin(), end.end());
    const auto state = SessionState::read(file);
    if (!state) return 0;
    const std::byte* const last = file.data() + file.size() - sizeof value;
    if (state->tokens.size() * sizeof(TokenId) > size) std::abort();
    if (!state->bytes.empty() && state->bytes.data() + state->bytes.size() != last) std::abort();
    return 0;
}
