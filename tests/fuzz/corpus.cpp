#include "tests/fuzz/corpus.h"

namespace ponder::test {

namespace {

// Inside a function, because corpora register themselves before main() in whatever order.
std::vector<const Corpus*>& registered() {
    static std::vector<const Corpus*> corpora;
    return corpora;
}

} // namespace

Corpus::Corpus(const char* name, Entry function, int files) : fuzzer(name), entry(function), least(files) {
    registered().push_back(this);
}

const std::vector<const Corpus*>& Corpus::all() { return registered(); }

} // namespace ponder::test
