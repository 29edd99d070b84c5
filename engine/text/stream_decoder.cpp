#include "engine/text/stream_decoder.h"

#include "engine/text/utf8.h"

namespace ponder {

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, bool showControl)
    : m_tokenizer(tokenizer), m_showControl(showControl) {}

std::string StreamDecoder::push(TokenId id) {
    if (m_tokenizer.isControl(id)) {
        // A control token never completes a character, so what is unfinished before it stays unfinished.
        std::string out = finish();
        if (m_showControl) out += m_tokenizer.piece(id);
        return out;
    }
    m_pending += m_tokenizer.piece(id);
    std::string out;
    std::string_view rest = m_pending;
    while (!rest.empty()) {
        const Utf8Step step = utf8Step(rest);
        if (step.kind == Utf8Step::Kind::Unfinished) break;
        out += step.kind == Utf8Step::Kind::Valid ? rest.substr(0, step.length) : kReplacementCharacter;
        rest.remove_prefix(step.length);
    }
    m_pending = std::string(rest);
    return out;
}

std::string StreamDecoder::finish() {
    if (m_pending.empty()) return {};
    m_pending.clear();
    return std::string(kReplacementCharacter);
}

} // namespace ponder
