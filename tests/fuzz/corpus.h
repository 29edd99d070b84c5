// The corpus of one fuzzer and what it is replayed through. CMake's ponder_corpus_test() writes a source with
// one of these for every fuzzer of a folder. Owner: the program, for as long as it runs. Threads: made before
// main(). Next: corpus_replay_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ponder::test {

struct Corpus {
    using Entry = int (*)(const std::uint8_t* data, std::size_t size);

    Corpus(const char* name, Entry replay, int files);

    // All of this program.
    static const std::vector<const Corpus*>& all();

    const char* fuzzer; // its name, and that of its folder in tests/fuzz/corpus
    Entry entry;
    int least; // how many files the corpus has at least
};

} // namespace ponder::test
