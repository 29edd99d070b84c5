#include "tests/support/test_class.h"

#include <algorithm>
#include <filesystem>

namespace ponder::test {

namespace {

// Inside a function, because classes register themselves before main() in whatever order.
std::vector<const TestClass*>& registered() {
    static std::vector<const TestClass*> classes;
    return classes;
}

} // namespace

TestClass::TestClass(std::string_view source, Run runClass)
    : m_name(std::filesystem::path(source).stem().string()), m_run(runClass) {
    registered().push_back(this);
}

std::vector<const TestClass*> TestClass::all() {
    std::vector<const TestClass*> classes = registered();
    std::sort(classes.begin(), classes.end(),
              [](const TestClass* a, const TestClass* b) { return a->name() < b->name(); });
    return classes;
}

} // namespace ponder::test
