// What is in a folder of safetensors, for somebody who thinks of converting it. Nothing is changed.
//
// Takes a folder with a config.json; gives what it holds, how large each file type would be, its shape for
// the memory plans, and why it cannot be converted, if so. Reads headers and the tokenizer, no weights.
// Errors: FileNotFound, MissingFiles (no config.json), BadJson, CannotConvert (a family that is not built
// in); all other problems are part of the summary. Next station: conversion.h; app/models/ shows it.
#pragma once

#include "engine/base/result.h"
#include "engine/model/shape_model.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ponder {

struct FolderSummary {
    struct Output {
        FileType type = FileType::F16;
        std::uint64_t bytes = 0; // of the whole file
    };

    std::string name;
    std::string architecture; // as GGUF says it
    std::string licence;      // empty where it is not said
    std::vector<std::string> languages;
    std::uint64_t parameters = 0;
    std::uint32_t context = 0;
    std::string numberFormat;         // of the weights: "BF16"; empty where no file is there
    std::uint64_t sourceBytes = 0;    // of the weights' files that are there
    std::string quantMethod;          // "awq", "gptq"; empty for plain weights
    std::vector<std::string> missing; // names of files
    std::vector<Output> outputs;      // from the smallest to the largest; none where there is a problem
    std::optional<Error> problem;     // why it cannot be converted
    ModelConfig config;               // for plans
    std::set<std::string, std::less<>> packed; // names in the new file of what AWQ quantized

    bool awq() const { return quantMethod == "awq"; }
    // In which format the conversion to `type` writes this matrix.
    TensorType format(FileType type, const TensorPlace& place) const;
};

Result<FolderSummary> inspectFolder(const std::filesystem::path& folder);

} // namespace ponder
