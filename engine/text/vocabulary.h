// The tokens of a model: what each stands for, which are special, which end a reply.
//
// Takes the tokenizer.ggml.* keys of a model file; keeps copies, so the file may be closed afterwards. It
// knows nothing of how text is cut (byte_bpe.h, plain_bpe.h and sentence_piece.h do). What a file says
// wrongly and the model can do without is mended and noted.
//
// Owner: the tokenizer. Thread: any, const. Errors: BadTokenizer. Source: the GGUF file format's tokenizer
// keys. Next station: vocabulary_tokenizer.h.
#pragma once

#include "engine/base/result.h"
#include "engine/file/model_file.h"
#include "engine/text/special_index.h"
#include "engine/text/tokenizer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ponder {

// The values of tokenizer.ggml.token_type.
enum class TokenType : std::uint8_t { Normal = 1, Unknown, Control, UserDefined, Unused, Byte };

class Vocabulary {
public:
    // Appends the bytes that a token's text stands for in one kind of vocabulary. Control and user-defined
    // tokens are not passed to it: they stand for their own text.
    using PieceDecoder = void (*)(std::string_view text, TokenType type, std::string& out);

    static Result<Vocabulary> read(const ModelFile& file, PieceDecoder decode);

    std::size_t size() const { return m_types.size(); }
    TokenType type(TokenId id) const { return m_types[id]; }
    std::string_view piece(TokenId id) const;
    bool endsGeneration(TokenId id) const { return m_ends[id]; }
    std::optional<TokenId> bos() const { return m_bos; }
    std::optional<TokenId> eos() const { return m_eos; }
    std::optional<bool> addBos() const { return m_addBos; } // as the file says, if it does
    const SpecialIndex& specials() const { return m_specials; }
    // User-defined tokens that are no marks but pieces of ordinary text, such as the runs of line breaks of
    // Gemma 3: they are recognized wherever they stand, in what a person typed too.
    const SpecialIndex& ordinaryPieces() const { return m_ordinaryPieces; }
    std::span<const Detail> notes() const { return m_notes; } // what was mended, as Tokenizer::notes()

private:
    Result<void> readTypes(const ModelFile& file, std::span<const std::string_view> texts);
    Result<void> readMarks(const ModelFile& file, std::span<const std::string_view> texts);
    void addNote(Detail note);
    void noteStrayIds(const ModelFile& file);
    std::optional<TokenId> idOf(const ModelFile& file, const char* key) const;
    Result<void> readBegin(const ModelFile& file, std::span<const std::string_view> texts);
    void readNamedEnds(const ModelFile& file, std::span<const std::string_view> texts);
    void readKnownEnds(const ModelFile& file, std::span<const std::string_view> texts);
    void readPieces(std::span<const std::string_view> texts, PieceDecoder decode);
    void indexSpecials(std::span<const std::string_view> texts);

    std::vector<TokenType> m_types;
    std::string m_bytes;                // all pieces, one after the other
    std::vector<std::size_t> m_offsets; // where each piece begins in m_bytes; one more than there are tokens
    std::vector<bool> m_ends;
    std::optional<TokenId> m_bos;
    std::optional<TokenId> m_eos;
    std::optional<bool> m_addBos;
    SpecialIndex m_specials;
    SpecialIndex m_ordinaryPieces;
    std::vector<Detail> m_notes;
};

} // namespace ponder
