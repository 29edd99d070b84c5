// One JSON object of a model folder, read field by field; the first problem stays.
//
// Takes an object; gives typed values. A field that is null counts as absent. A field of another type, or out
// of its limits, is a problem that names it. Owner: borrows the object. Thread: one. Errors: problem(), to be
// looked at when all is read. Next station: hugging_face_config.h, token_marks.h.
#pragma once

#include "engine/file/json_document.h"

#include <optional>
#include <string>
#include <vector>

namespace ponder {

class JsonFields {
public:
    // `path` is for errors; a value that is no object has no fields.
    JsonFields(const nlohmann::json& object, std::string path) : m_object(object), m_path(std::move(path)) {}

    const nlohmann::json* find(const char* name) const; // null where absent
    std::optional<std::uint64_t> integer(const char* name, std::uint64_t least, std::uint64_t most);
    std::optional<double> number(const char* name, double least, double most);
    std::optional<bool> flag(const char* name);
    std::optional<std::string> text(const char* name);
    std::vector<std::uint64_t> integers(const char* name); // one, or a list of them

    // As above; absence is a problem, and the least stands in its place.
    std::uint64_t neededInteger(const char* name, std::uint64_t least, std::uint64_t most);

    void fail(Error error) {
        if (!m_problem) m_problem = std::move(error);
    }
    // `pattern` has the field's name as %1.
    void bad(const char* pattern, const char* name);
    const std::optional<Error>& problem() const { return m_problem; }
    const std::string& path() const { return m_path; }

private:
    const nlohmann::json& m_object;
    std::string m_path;
    std::optional<Error> m_problem;
};

} // namespace ponder
