// --lookup and --draft of complete and chat: who guesses ahead.
//
// Takes the command line and the model that answers; loads the draft onto the same device. Owner: the
// command; it is gone before the model is. Thread: main. Errors: those of Model::load, BadArgument where the
// draft has another vocabulary. Next station: GenerateSettings::speculation.
#pragma once

#include "app/cli/run_model.h"
#include "engine/engine.h"

namespace ponder {

class SpeculationOptions {
public:
    static void declare(Arguments& arguments);
    static Result<SpeculationOptions> load(const Invocation& call, const Model& model, std::stop_token stop);

    SpeculationSettings settings() const;

private:
    std::unique_ptr<Model> m_model;
    std::unique_ptr<Proposer> m_draft; // after its model: gone first
    bool m_lookup = false;
};

} // namespace ponder
