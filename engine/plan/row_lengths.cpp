#include "engine/plan/row_lengths.h"

#include "engine/model/config.h"

namespace ponder {

RowLengths RowLengths::of(const ModelConfig& config) {
    return {config.queryLength(), config.keyLength(), config.valueLength(), config.attendedLength(),
            config.hiddenLength()};
}

} // namespace ponder
