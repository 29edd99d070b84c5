// All safetensors files of one model folder.
//
// Takes a folder with model.safetensors, or with model.safetensors.index.json and the files it names, or with
// one other .safetensors file. findShards() reads no weights and lists what is missing; open() needs all.
//
// Owner: move-only. Thread: any, read only. Errors: FileNotFound, MissingFiles (names them), BadJson,
// BadTensor (a tensor in two files), MissingTensor (the index names one that is in no file) and those of
// safetensors.h. Source: the Hugging Face hub's sharded checkpoints. Next station: engine/convert/.
#pragma once

#include "engine/file/safetensors.h"

namespace ponder {

struct SafetensorsShards {
    std::vector<std::filesystem::path> files; // that are there, in the order of their names
    std::vector<std::string> missing;         // names
    std::vector<std::string> tensors;         // those the index names; none without an index
};

class SafetensorsSet {
public:
    struct Place {
        const SafetensorsTensor* tensor = nullptr;
        const SafetensorsFile* file = nullptr;
    };

    static Result<SafetensorsShards> findShards(const std::filesystem::path& folder);
    static Result<SafetensorsSet> open(const std::filesystem::path& folder);

    const std::vector<SafetensorsFile>& files() const { return m_files; }
    Place find(std::string_view name) const; // nothing where absent
    const std::map<std::string, Place, std::less<>>& places() const { return m_places; }

private:
    std::vector<SafetensorsFile> m_files;
    std::map<std::string, Place, std::less<>> m_places;
};

} // namespace ponder
