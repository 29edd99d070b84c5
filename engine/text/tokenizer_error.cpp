#include "engine/text/tokenizer_error.h"

#include <utility>

namespace ponder {
namespace {

std::string subject(const ModelFile& file) {
    return file.parts().empty() ? std::string("This model") : file.parts().front().string();
}

} // namespace

Error badTokenizer(const ModelFile& file, Detail reason) {
    return {ErrorCode::BadTokenizer, subject(file), std::move(reason)};
}

Error unknownTokenizer(const ModelFile& file, std::string name) {
    return {ErrorCode::UnknownTokenizer, subject(file), std::move(name)};
}

} // namespace ponder
