#include "engine/generate/session_state.h"

#include "engine/base/checksum.h"
#include "engine/base/translatable.h"
#include "engine/file/atomic_file.h"
#include "engine/file/byte_cursor.h"

namespace ponder {
namespace {

constexpr std::string_view kMagic = "PONDERKV";
constexpr std::uint32_t kVersion = 1;

// Writes and sums up at once.
class StateWriter {
public:
    StateWriter(AtomicFile& file, const std::filesystem::path& path, std::uint64_t mostBytes)
        : m_file(file), m_path(path), m_left(mostBytes) {}

    Result<void> add(std::span<const std::byte> bytes) {
        if (bytes.size() > m_left)
            return Error{ErrorCode::FileUnwritable, m_path.string(),
                         Detail{PONDER_TR_NOOP("ErrorDetail", "it would be larger than it may be"), {}}};
        m_left -= bytes.size();
        m_sum.add(bytes);
        return m_file.write(bytes);
    }
    template<class T>
    Result<void> number(T value) {
        return add(std::as_bytes(std::span(&value, 1)));
    }
    std::uint64_t sum() const { return m_sum.value(); }

private:
    AtomicFile& m_file;
    const std::filesystem::path& m_path;
    std::uint64_t m_left;
    Checksum m_sum;
};

Result<void> writeHeader(StateWriter& out, std::uint64_t model, const std::string& layout,
                         std::span<const TokenId> tokens) {
    if (const auto done = out.add(std::as_bytes(std::span(kMagic))); !done) return done;
    if (const auto done = out.number(kVersion); !done) return done;
    if (const auto done = out.number(model); !done) return done;
    if (const auto done = out.number(static_cast<std::uint32_t>(layout.size())); !done) return done;
    if (const auto done = out.add(std::as_bytes(std::span(layout))); !done) return done;
    if (const auto done = out.number(static_cast<std::uint32_t>(tokens.size())); !done) return done;
    return out.add(std::as_bytes(tokens));
}

bool sumIsRight(std::span<const std::byte> file) {
    Checksum sum;
    const std::size_t end = file.size() - sizeof(std::uint64_t);
    sum.add(file.first(end));
    return ByteCursor(file.subspan(end)).read<std::uint64_t>() == sum.value();
}

} // namespace

std::optional<SessionState> SessionState::read(std::span<const std::byte> file) {
    if (file.size() < sizeof(std::uint64_t)) return std::nullopt;
    ByteCursor cursor(file.first(file.size() - sizeof(std::uint64_t)));
    if (cursor.text(kMagic.size()) != kMagic) return std::nullopt;
    if (cursor.read<std::uint32_t>() != kVersion) return std::nullopt;
    const auto model = cursor.read<std::uint64_t>();
    const auto length = cursor.read<std::uint32_t>();
    const auto layout = length ? cursor.text(*length) : std::nullopt;
    const auto count = layout ? cursor.read<std::uint32_t>() : std::nullopt;
    if (!count) return std::nullopt;
    const auto ids = cursor.text(std::uint64_t{*count} * sizeof(TokenId));
    if (!ids || !sumIsRight(file)) return std::nullopt;
    SessionState state{*model, std::string(*layout), std::vector<TokenId>(*count), {}};
    if (*count > 0) std::memcpy(state.tokens.data(), ids->data(), ids->size());
    state.bytes = file.subspan(cursor.position(), cursor.remaining());
    return state;
}

Result<void> SessionState::write(const std::filesystem::path& path, std::uint64_t model,
                                 const std::string& layout, std::span<const TokenId> tokens,
                                 const KvCache& cache, std::uint64_t mostBytes) {
    Result<AtomicFile> file = AtomicFile::create(path);
    if (!file) return file.error();
    StateWriter out(*file, path, mostBytes);
    if (const auto done = writeHeader(out, model, layout, tokens); !done) return done;
    const auto sink = [&](std::span<const std::byte> some) { return out.add(some); };
    if (const auto saved = cache.save(static_cast<std::uint32_t>(tokens.size()), sink); !saved) return saved;
    if (const auto done = out.number(out.sum()); !done) return done;
    return file->commit();
}

Result<bool> SessionState::restoreTo(KvCache& cache) const {
    std::span<const std::byte> left = bytes;
    const auto source = [&](std::span<std::byte> wanted) -> Result<void> {
        if (wanted.size() > left.size()) return Error{ErrorCode::FileTruncated, {}, {}};
        std::memcpy(wanted.data(), left.data(), wanted.size());
        left = left.subspan(wanted.size());
        return {};
    };
    const Result<void> restored = cache.restore(static_cast<std::uint32_t>(tokens.size()), source);
    if (!restored && restored.error().code == ErrorCode::FileTruncated) return false;
    if (!restored) return restored.error();
    return left.empty();
}

} // namespace ponder
