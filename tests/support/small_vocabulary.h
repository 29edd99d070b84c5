// A byte-level vocabulary in memory: the 256 bytes, "hi", a few special tokens, and what a test adds.
#pragma once

#include "tests/support/memory_model.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace ponder::test {

class SmallVocabulary {
public:
    // Without the token of one byte, where `missing` is 0 to 255.
    explicit SmallVocabulary(int missing = -1) {
        for (int byte = 0; byte < 256; ++byte)
            if (byte != missing) add(letter(byte), 1);
        merge("h", "i");
        for (const char* text : {"<|im_start|>", "<|im_end|>"})
            add(text, 3);
        for (const char* text : {"<think>", "</think>"})
            add(text, 4);
        publish();
    }
    SmallVocabulary(const SmallVocabulary&) = delete; // the model's keys look into m_texts

    std::uint32_t add(std::string text, int type) {
        m_texts.push_back(std::move(text));
        m_types.push_back(type);
        return static_cast<std::uint32_t>(m_texts.size() - 1);
    }

    // Adds what two tokens give together, and the merge that makes it.
    void merge(const std::string& left, const std::string& right) {
        add(left + right, 1);
        m_merges.push_back(left + " " + right);
    }

    // Writes tokens, types and the other keys into the model.
    void publish() {
        const std::vector<std::string_view> views(m_texts.begin(), m_texts.end());
        std::uint64_t end = 0;
        while (views[end] != "<|im_end|>")
            ++end;
        Metadata& keys = model.keys();
        keys.set("tokenizer.ggml.model", std::string_view("gpt2"));
        keys.set("tokenizer.ggml.pre", std::string_view("qwen2"));
        keys.set("tokenizer.ggml.tokens", views);
        keys.set("tokenizer.ggml.token_type", m_types);
        keys.set("tokenizer.ggml.merges", std::vector<std::string_view>(m_merges.begin(), m_merges.end()));
        keys.set("tokenizer.ggml.bos_token_id", end);
        keys.set("tokenizer.ggml.eos_token_id", end);
    }

    MemoryModel model;

private:
    // The byte alphabet of byte-level vocabularies: printable Latin-1 as itself, the rest from U+0100 on.
    static std::string letter(int byte) {
        const auto isOwn = [](int b) { return (b > 0x20 && b < 0x7F) || (b > 0xA0 && b != 0xAD); };
        int code = byte;
        if (!isOwn(byte)) {
            code = 0x100;
            for (int other = 0; other < byte; ++other)
                code += isOwn(other) ? 0 : 1;
        }
        if (code < 0x80) return std::string(1, static_cast<char>(code));
        return {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
    }

    std::deque<std::string> m_texts; // deques: strings stay where they are while more are added
    std::deque<std::string> m_merges;
    std::vector<std::int64_t> m_types;
};

} // namespace ponder::test
