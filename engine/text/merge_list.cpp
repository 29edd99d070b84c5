#include "engine/text/merge_list.h"

#include "engine/base/translatable.h"
#include "engine/text/tokenizer_error.h"

namespace ponder {

Result<MergeTable> readMergeTable(const ModelFile& file, const Vocabulary& vocabulary, const PieceIndex& ids,
                                  MergeDecoder decode) {
    const std::span<const std::string_view> merges = file.metadata().texts("tokenizer.ggml.merges");
    if (merges.empty())
        return badTokenizer(
            file, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is missing or empty"), {"tokenizer.ggml.merges"}});
    MergeTable table(merges.size());
    std::string bytes;
    for (std::size_t i = 0; i < merges.size(); ++i) {
        const std::size_t gap = merges[i].find(' ', 1);
        if (gap == std::string_view::npos || gap + 1 == merges[i].size())
            return badTokenizer(file, Detail{PONDER_TR_NOOP("ErrorDetail", "entry %1 of %2 is no pair"),
                                             {std::to_string(i), "tokenizer.ggml.merges"}});
        bytes.clear();
        decode(merges[i].substr(0, gap), bytes);
        const std::size_t middle = bytes.size();
        decode(merges[i].substr(gap + 1), bytes);
        const std::string_view both = bytes;
        const std::optional<TokenId> left = ids.find(vocabulary, both.substr(0, middle));
        const std::optional<TokenId> right = ids.find(vocabulary, both.substr(middle));
        const std::optional<TokenId> merged = ids.find(vocabulary, both);
        // A vocabulary that was cut down leaves merges behind which can never apply.
        if (left && right && merged && !table.add(*left, *right, *merged))
            return badTokenizer(file, Detail{PONDER_TR_NOOP("ErrorDetail", "its merges collide"), {}});
    }
    return table;
}

} // namespace ponder
