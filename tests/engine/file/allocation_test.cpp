// A small file that claims to be huge must not make the reader ask for memory.
#include "engine/file/model_file.h"
#include "tests/support/test_class.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

std::atomic<std::size_t> g_largest{0}; // of all allocations since it was set to zero

void* allocate(std::size_t size) {
    g_largest = std::max(g_largest.load(), size);
    void* memory = std::malloc(size);
    if (!memory) throw std::bad_alloc();
    return memory;
}

} // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

using namespace ponder;
using test::ByteSink;
using test::GgufWriter;

class AllocationTest : public QObject {
    Q_OBJECT
private slots:
    void claimsOfAHeaderAreNotBelieved() {
        std::vector<GgufWriter> claims;
        for (const std::uint64_t count :
             {std::uint64_t{100000}, std::uint64_t{1} << 24, std::uint64_t{1} << 40,
              std::numeric_limits<std::uint64_t>::max()}) {
            for (std::uint32_t type = 0; type <= 13; ++type) {
                claims.push_back(test::tinyModel("llama"));
                claims.back().setRaw("claim", test::kArrayType, ByteSink().value(type).value(count).bytes);
            }
            claims.push_back(test::tinyModel("llama"));
            claims.back().setRaw("claim", 8, ByteSink().value(count).bytes);
            claims.push_back(test::tinyModel("llama"));
            claims.back().keyCount = count;
            claims.push_back(test::tinyModel("llama"));
            claims.back().tensorCount = count;
            claims.push_back(test::tinyModel("llama"));
            claims.back().tensors.front().shape = {count & ~std::uint64_t{31}, 1};
        }
        for (const GgufWriter& claim : claims) {
            const std::vector<std::byte> bytes = claim.bytes();
            const std::size_t size = bytes.size();
            g_largest = 0;
            const auto file = ModelFile::fromBytes(bytes, "claim.gguf");
            const std::size_t largest = g_largest;
            QVERIFY(!file);
            QVERIFY2(largest <= 8 * size, file.error().message().c_str());
        }
    }
};

PONDER_TEST(AllocationTest)
#include "allocation_test.moc"
