#include "engine/file/json_document.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/file/mapped_file.h"

#include <utility>
#include <vector>

namespace ponder {
namespace {

using Json = nlohmann::json;

// Receives the parser's events and builds the value; answering false ends the parser at once.
class Builder : public nlohmann::json_sax<Json> {
public:
    explicit Builder(std::uint32_t depth) : m_depth(depth) {}

    Json take() { return std::move(m_root); }
    const Detail& problem() const { return m_problem; }

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(std::int64_t value) override { return put(value); }
    bool number_unsigned(std::uint64_t value) override { return put(value); }
    bool number_float(double value, const std::string&) override { return put(value); }
    bool string(std::string& value) override { return put(std::move(value)); }
    bool binary(Json::binary_t&) override { return false; } // JSON text has none
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(std::string& name) override {
        const auto [place, fresh] = m_open.back()->get_ref<Json::object_t&>().try_emplace(name);
        if (!fresh)
            m_problem = {PONDER_TR_NOOP("ErrorDetail", "the key %1 appears twice"), {printable(name)}};
        m_member = &place->second;
        return fresh;
    }
    bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
        m_problem = {PONDER_TR_NOOP("ErrorDetail", "it is not JSON from byte %1 on"),
                     {std::to_string(position)}};
        return false;
    }

private:
    // Into the array that is open, under the key that was read, or as the whole.
    Json* place(Json value) {
        Json* there = &m_root;
        if (!m_open.empty() && m_open.back()->is_array()) {
            m_open.back()->push_back(std::move(value));
            return &m_open.back()->back();
        }
        if (!m_open.empty()) there = m_member;
        *there = std::move(value);
        return there;
    }
    bool put(Json value) { return place(std::move(value)) != nullptr; }
    bool open(Json value) {
        if (m_open.size() == m_depth) {
            m_problem = {PONDER_TR_NOOP("ErrorDetail", "it is nested deeper than %1 levels"),
                         {std::to_string(m_depth)}};
            return false;
        }
        m_open.push_back(place(std::move(value)));
        return true;
    }
    bool close() {
        m_open.pop_back();
        return true;
    }

    std::uint32_t m_depth;
    Json m_root;
    // Objects and arrays around the place that is read. A parent does not grow while a child is open, so the
    // addresses stay right.
    std::vector<Json*> m_open;
    Json* m_member = nullptr;
    Detail m_problem;
};

} // namespace

Result<Json> parseJson(std::string_view text, const std::string& name, std::uint32_t depth) {
    Builder builder(depth);
    if (Json::sax_parse(text.begin(), text.end(), &builder)) return builder.take();
    return Error{ErrorCode::BadJson, name, builder.problem()};
}

Result<Json> jsonFile(const std::filesystem::path& path, std::uint64_t mostBytes) {
    const Result<MappedFile> file = MappedFile::open(path);
    if (!file) return file.error();
    const std::span<const std::byte> bytes = file->bytes();
    if (bytes.size() > mostBytes)
        return Error{
            ErrorCode::BadJson, path.string(),
            Detail{PONDER_TR_NOOP("ErrorDetail", "it has %1 bytes, more than the %2 that such a file "
                                                 "plausibly has"),
                   {std::to_string(bytes.size()), std::to_string(mostBytes)}}};
    return parseJson({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

} // namespace ponder
