// Kernels without what their constants switch off: valid, smaller, and left alone where they are not
// understood. That they still compute the same is what all kernel tests say: every pipeline is made of them.
#include "engine/backend/vulkan/pipeline/shader_pruner.h"
#include "shaders/embedded.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

class ShaderPrunerTest : public QObject {
    Q_OBJECT

    using Words = std::vector<std::uint32_t>;
    static Words built(std::string_view kernel, bool texels = true) {
        const auto words = embeddedShader(kernel, texels);
        return {words.begin(), words.end()};
    }
    // Of a matrix kernel: 64 invocations, 8 groups, formats, columns, writes.
    static std::array<std::uint32_t, 10> constants(std::uint32_t a, std::uint32_t b, std::uint32_t c,
                                                   std::uint32_t columns = 4, std::uint32_t writes = 1) {
        return {64, 8, a, b, c, columns, writes, 1, 1, 1};
    }
    static std::size_t functionsOf(const Words& words) {
        std::size_t count = 0;
        for (std::size_t at = 5; at < words.size(); at += words[at] >> 16)
            count += (words[at] & 0xFFFF) == 54;
        return count;
    }

private slots:
    void whatIsLeftOfEveryKernelIsValid_data() {
        QTest::addColumn<QByteArray>("kernel");
        for (const std::string_view kernel : embeddedShaderNames())
            QTest::newRow(std::string(kernel).c_str()) << QByteArray(kernel.data(), qsizetype(kernel.size()));
    }
    void whatIsLeftOfEveryKernelIsValid() {
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
        QFETCH(QByteArray, kernel);
        if (kernel.endsWith("_cooperative")) QSKIP("only where the device has cooperative matrices");
        VulkanOptions options;
        options.validation = std::make_shared<ValidationLog>();
        const auto context = std::move(*openVulkanContext("vulkan:0", options));
        for (const bool texels : {false, true}) {
            const Words whole = built(kernel.constData(), texels);
            QVERIFY(!whole.empty());
            for (const auto& chosen : {constants(0, 0, 0), constants(4, 4, 4), constants(8, 8, 10, 1, 3),
                                       constants(10, 9, 7, 8, 2), constants(1, 2, 3, 2, 0),
                                       constants(13, 16, 20, 1, 3), constants(25, 22, 12, 4, 1)}) {
                const Words left = pruneShader(whole, chosen);
                QVERIFY(left.size() < whole.size());
                VkShaderModuleCreateInfo info{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
                info.codeSize = left.size() * 4;
                info.pCode = left.data();
                VkShaderModule module = VK_NULL_HANDLE;
                QVERIFY(vkCreateShaderModule(context->device(), &info, nullptr, &module) == VK_SUCCESS);
                const ShaderModuleHandle destroyed(context->device(), module);
            }
        }
        for (const std::string& message : options.validation->messages())
            QFAIL(message.c_str());
    }

    void aPipelineHasTheCodeOfItsOwnFormatsOnly() {
        const Words whole = built("norm_gate_up_tile");
        const auto calls = [](const Words& words) {
            std::size_t count = 0;
            for (std::size_t at = 5; at < words.size(); at += words[at] >> 16)
                count += (words[at] & 0xFFFF) == 57;
            return count;
        };
        const std::size_t one = calls(pruneShader(whole, constants(9, 9, 9)));
        const std::size_t two = calls(pruneShader(whole, constants(9, 8, 9))); // of one kind
        QCOMPARE(two, one + 1);                                                // one product more
        QVERIFY(calls(whole) >= one + 10);
    }
    void whatNobodyCallsIsLeftOut() {
        // Nothing is quantized where only floats are written.
        const Words whole = built("norm_gate_up_tile");
        const Words floats = pruneShader(whole, constants(4, 4, 4, 4, 1));
        const Words both = pruneShader(whole, constants(4, 4, 4, 4, 3));
        QVERIFY(functionsOf(floats) < functionsOf(both));
        QVERIFY(functionsOf(both) <= functionsOf(whole));
    }
    void pruningTwiceIsPruningOnce() {
        const Words once = pruneShader(built("project_add_tile"), constants(8, 8, 8));
        QCOMPARE(pruneShader(once, constants(8, 8, 8)), once);
    }
    void whatIsNotUnderstoodIsLeftAsItIs() {
        const Words whole = built("head_tile");
        QVERIFY(pruneShader({}, {}).empty());
        for (std::size_t length = 1; length < whole.size(); length += 61) {
            const Words part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
            const Words left = pruneShader(part, constants(4, 4, 4));
            // Cut between two functions, the last of which is main, it may still be whole.
            if (left != part) QVERIFY(left.size() < part.size());
        }
        Words odd = whole;
        odd[0] ^= 1; // not SPIR-V
        QCOMPARE(pruneShader(odd, constants(4, 4, 4)), odd);
        odd = whole;
        odd[5] = 0; // an instruction without length
        QCOMPARE(pruneShader(odd, constants(4, 4, 4)), odd);
        odd[5] = 0xFFFF0000; // and one that ends behind the module
        QCOMPARE(pruneShader(odd, constants(4, 4, 4)), odd);
    }
};

PONDER_TEST(ShaderPrunerTest)
#include "shader_pruner_test.moc"
