// Which tensor of a Hugging Face folder becomes which tensor of a GGUF file, and in what shape.
//
// Takes a config; gives every tensor that the file will have, in the order in which it is written, as the
// family's table has them. Rows of a Llama's queries and keys change places: GGUF turns neighbours together
// (adjacent-pair RoPE), the folder turns a value with the one half a head away (sourceRow); so do some
// folders with latent attention, with what is turned at the end of a head. Value heads of the delta rule
// stand in another order too, by rows or by columns, and some values are stored in another form (Change).
// Sources: the modeling classes of the transformers library; llama.cpp's converter. Next station:
// row_reader.h, conversion.h.
#pragma once

#include "engine/model/shape_model.h"

#include <string>
#include <string_view>
#include <vector>

namespace ponder {

// What folders of one family have in one way or another.
struct FolderForm {
    bool turnsHalves = false;   // as in hugging_face_config.h
    bool besideImages = false;  // it is a part of a model that sees images: "model.language_model."
    bool stacksExperts = false; // those of a layer are one tensor, gate and up of each together
};

// Value heads that share a key head of the delta rule. A folder has those of one key head together; a file
// has the first of every key head, then the second of every one, so that head h asks key head h mod keyHeads.
struct HeadOrder {
    std::uint64_t first = 0; // rows, or values of a row, before those of value heads
    std::uint64_t each = 0;  // of a head; 0: nothing changes places
    std::uint64_t keyHeads = 1, sharers = 1;

    std::uint64_t sourceOf(std::uint64_t index) const {
        if (each == 0 || index < first) return index;
        const std::uint64_t head = (index - first) / each, within = (index - first) % each;
        return first + (head % keyHeads * sharers + head / keyHeads) * each + within;
    }
    // How many stand together in the folder, from this one on.
    std::uint64_t together(std::uint64_t index) const {
        return index < first ? first - index : each - (index - first) % each;
    }
};

struct NamedTensor {
    // What a file holds instead of the folder's value x.
    enum class Change : std::uint8_t { None, PlusOne, MinusExponential }; // x, x + 1, -exp(x)

    // "model.layers.0.self_attn.q_proj.weight"; none for factors that are computed; with "%1" for the expert
    // where each has a tensor of its own.
    std::string source;
    std::string target; // "blk.0.attn_q.weight"
    TensorPlace place;  // of a matrix; its kind borrows static text
    std::uint64_t rowLength = 0, rows = 1;
    std::uint32_t depth = 1; // matrices of a stack; their rows stand one after the other
    bool matrix = false;     // else a norm or bias
    bool small = false;      // it stays F32, as norms and biases do
    // Of a matrix whose rows change places: those of a head, and how many at its end do so; else 0.
    std::uint64_t headRows = 0, turnedRows = 0;
    // Where it is a part of a tensor of the folder: how many rows, or values of a vector, that has, where its
    // own first matrix begins and how much further the next one does. No rows: it is all of it.
    struct Whole {
        std::uint64_t rows = 0, first = 0, next = 0;
    };
    Whole whole;
    HeadOrder rowOrder, valueOrder; // of a matrix, of each of its rows
    Change change = Change::None;
    bool transposed = false; // each matrix, in the folder
    bool optional = false;   // folders may lack it
    Slot slot = Slot::Count;

    TensorType type(FileType fileType) const {
        return matrix && !small ? tensorType(fileType, place) : TensorType::F32;
    }
    std::vector<std::uint64_t> shape() const;       // as GGUF counts: the row's length first
    std::vector<std::uint64_t> sourceShape() const; // of one tensor of the folder, whose row's length is last
    std::uint32_t sources() const;                  // tensors of the folder that it is made of
    std::string sourceOf(std::uint32_t expert) const;
    std::uint64_t eachRows() const { return rows / depth; } // of a matrix of a stack
    // Which row of its tensor in the folder stands at `row`; of a transposed one, which row its matrix begins
    // at.
    std::uint64_t sourceRow(std::uint64_t row) const;
    std::uint64_t rowsTogether(std::uint64_t row) const; // that follow each other there, from this one on
};

std::vector<NamedTensor> namedTensors(const ModelConfig& config, const FolderForm& form = {});

std::string shapeText(const std::vector<std::uint64_t>& shape); // "256 x 64", for errors

// Tensors that some folders carry and a file does without: tables of frequencies, the second copy of a tied
// embedding; what sees images; layers that only guess further tokens.
enum class Redundant { No, Copy, Images, Drafts };
Redundant redundancy(std::string_view source, const ModelConfig& config);

} // namespace ponder
