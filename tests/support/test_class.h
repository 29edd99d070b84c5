// One Qt Test class of a folder's test program, which runs all of them or those that are named.
// PONDER_TEST(Class) stands at the end of a test's source, once, before the #include of what moc made of it;
// the class is then known by the name of that source: thread_pool_test for thread_pool_test.cpp.
//
// CTest runs every class in a process of its own, so no class sees what another left, and a crash ends one
// class. Owner: the program, for as long as it runs. Threads: registered before main(), run on the main
// thread. Next: test_run.h.
#pragma once

#include <QStringList>
#include <QTest>

#include <string>
#include <string_view>
#include <vector>

namespace ponder::test {

class TestClass {
public:
    // Qt Test's own words follow the name of the program; gives how many functions failed.
    using Run = int (*)(const QStringList& words);

    // `source` is the path of the file that the class is in.
    TestClass(std::string_view source, Run runClass);

    const std::string& name() const { return m_name; }
    int run(const QStringList& words) const { return m_run(words); }

    // All classes of this program, by name.
    static std::vector<const TestClass*> all();

private:
    std::string m_name;
    Run m_run;
};

template<typename Class>
int runTestClass(const QStringList& words) {
    Class test;
    return QTest::qExec(&test, words);
}

// Qt Test's own five seconds are too few on a machine that does other things.
template<class Condition>
bool waitFor(Condition condition) {
    return QTest::qWaitFor(condition, 60'000);
}

} // namespace ponder::test

// What a test waits for may take long on a machine that does other things: Qt Test's own five seconds are too
// few.
#undef QTRY_VERIFY
#undef QTRY_VERIFY2
#undef QTRY_COMPARE
#define QTRY_VERIFY(expr) QTRY_VERIFY_WITH_TIMEOUT(expr, 60'000)
#define QTRY_VERIFY2(expr, message) QTRY_VERIFY2_WITH_TIMEOUT(expr, message, 60'000)
#define QTRY_COMPARE(expr, expected) QTRY_COMPARE_WITH_TIMEOUT(expr, expected, 60'000)

#define PONDER_TEST(Class)                                                                                   \
    namespace {                                                                                              \
    const ponder::test::TestClass registeredTestClass(__FILE__, &ponder::test::runTestClass<Class>);         \
    }
