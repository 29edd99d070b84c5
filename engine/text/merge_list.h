// The merges of a model file, as a table.
//
// Takes tokenizer.ggml.merges ("left right", the first first), a vocabulary and its index; gives the table of
// what becomes what. Merges of tokens that the vocabulary does not have can never apply and are left out.
//
// Owner: the caller. Thread: any. Errors: BadTokenizer. Next station: byte_bpe.h, plain_bpe.h.
#pragma once

#include "engine/base/result.h"
#include "engine/file/model_file.h"
#include "engine/text/merge_table.h"
#include "engine/text/piece_index.h"

#include <string>
#include <string_view>

namespace ponder {

// Appends the bytes that a part of a merge stands for.
using MergeDecoder = void (*)(std::string_view text, std::string& out);

Result<MergeTable> readMergeTable(const ModelFile& file, const Vocabulary& vocabulary, const PieceIndex& ids,
                                  MergeDecoder decode);

} // namespace ponder
