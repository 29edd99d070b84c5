// What the README.md of a model folder says about the model: name, licence, languages.
//
// Takes its text and the folder's path; gives what stands in the front matter (the lines between two "---").
// Without a name there, the folder's own is taken; of the hub's cache that of the repository. Source: the
// Hugging Face hub's model cards. Next station: folder_metadata.h.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ponder {

struct ModelNotes {
    std::string name;
    std::string licence;     // "mit"; the licence's own name where the field says "other"
    std::string licenceLink; // or none
    std::vector<std::string> languages;
    std::vector<std::string> baseModels; // "Qwen/Qwen2.5-1.5B"

    static ModelNotes read(std::string_view readme, const std::filesystem::path& folder);
};

} // namespace ponder
