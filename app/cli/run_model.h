// A model on a device, with one session or without, as the arguments of a subcommand ask for it.
//
// Takes --device, --context, --kv, --gpu-layers, --expert-layers, --threads and --adapter; shows the progress
// of loading where standard error is a terminal, and warns where the context is longer than the model was
// trained for. Owner: the subcommand. Thread: main. Errors: those of Model::load and of the session. Next
// station: the subcommand.
#pragma once

#include "app/cli/command.h"
#include "engine/engine.h"

namespace ponder {

// PATH or PATH:STRENGTH; a file whose own name ends so is meant first.
AdapterUse adapterUse(const QString& text);

// What the options of takesDevice() say; see loadModel() for the others.
LoadOptions loadOptions(const Arguments& arguments, std::uint32_t contextTokens,
                        const std::filesystem::path& path);

// `contextTokens` is what the subcommand needs where --context was not given; 0 leaves it to the engine. The
// file is the one the command line names, unless `path` names another.
Result<std::unique_ptr<Model>> loadModel(const Invocation& call, std::stop_token stop,
                                         std::uint32_t contextTokens = 0,
                                         const std::filesystem::path& path = {});

struct RunModel {
    std::unique_ptr<Model> model;
    std::unique_ptr<Session> session; // goes before its model

    RunModel() = default;
    RunModel(RunModel&&) = default;
    ~RunModel() { session.reset(); }

    static Result<RunModel> load(const Invocation& call, std::stop_token stop,
                                 std::uint32_t contextTokens = 0);
};

} // namespace ponder
