// Text to token ids and back.
//
// Takes the tokenizer.ggml.* keys of a model file; gives ids for a prompt and bytes for an id. Three
// kinds stand behind it: byte-level BPE (byte_bpe.h, pre-tokenizers by PCRE2), BPE on plain UTF-8
// (plain_bpe.h) and SentencePiece (sentence_piece.h). Special tokens are recognized only where the caller
// allows them: the chat template's own text, never what the user typed (see encode).
//
// Owner: Model. Thread: any, const. Errors: UnknownTokenizer (names it), BadTokenizer.
// Next station: the forward pass (ids), StreamDecoder (ids to UTF-8).
#pragma once

#include "engine/base/result.h"
#include "engine/file/model_file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ponder {

using TokenId = std::uint32_t;

enum class SpecialTokens { Ignore, Parse };

class Tokenizer {
public:
    static Result<std::unique_ptr<Tokenizer>> fromModel(const ModelFile& file);
    virtual ~Tokenizer() = default;

    // Ids of UTF-8 text; BOS is not added. With SpecialTokens::Parse, text that spells a special token
    // becomes that token, except where it starts at one of the byte offsets in `literal` (ascending): there
    // it is ordinary text, because a person typed it. Bytes that are not valid UTF-8 are encoded as U+FFFD.
    virtual std::vector<TokenId> encode(std::string_view text, SpecialTokens special,
                                        std::span<const std::size_t> literal = {}) const = 0;
    // The bytes a token stands for; may be part of a UTF-8 character. Control tokens give their own text.
    virtual std::string piece(TokenId id) const = 0;

    virtual std::size_t size() const = 0;                 // number of tokens
    virtual bool isControl(TokenId id) const = 0;         // BOS, EOS, role marks: never shown to the user
    virtual bool isEndOfGeneration(TokenId id) const = 0; // EOS, EOT and their kin
    virtual std::optional<TokenId> bos() const = 0;
    virtual std::optional<TokenId> eos() const = 0;
    virtual bool addBos() const = 0; // tokenizer.ggml.add_bos_token, or the vocabulary's default
    virtual std::optional<TokenId>
    find(std::string_view special) const = 0; // a special token by its exact text
    // The exact texts of all special tokens (control and user-defined), longest first.
    virtual std::span<const std::string> specialTexts() const = 0;
    // What the file says wrongly, or leaves out, and how it is read: whole statements for the user, once a
    // file.
    virtual std::span<const Detail> notes() const { return {}; }
};

} // namespace ponder
