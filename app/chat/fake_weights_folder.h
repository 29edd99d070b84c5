// A folder of weights as Hugging Face has them, with everything in it but the weights: for the pictures of
// what is converted.
//
// Takes a model of the catalogue; writes config.json, a tokenizer that knows little more than single bytes,
// and the header of a BF16 model.safetensors whose rest is a hole, so that it takes no room on the disk.
// Owner: free function. Thread: any. Errors: an empty path where something cannot be written. Next station:
// engine/convert/folder_summary.h, by way of a drop.
#pragma once

#include <QString>

namespace ponder {

// Gives the path of the folder, which is called as the model is.
QString writeWeightsFolder(const QString& folder, const QString& catalogueId);

} // namespace ponder
