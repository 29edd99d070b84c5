// What complete, chat and bench share about generating: the sampling options and the numbers of a reply.
//
// Owner: none. Thread: main. Next station: Session::generate, then the console.
#pragma once

#include "app/cli/run_model.h"

namespace ponder {

// --temperature, --top-k, --top-p, --min-p, --repetition-penalty, --frequency-penalty, --seed.
void takesSampling(Arguments& arguments, double temperature);
GenerateSettings generateSettings(const Arguments& arguments);

const char* finishName(FinishReason reason);
Json toJson(const GenerateResult& result);

} // namespace ponder
