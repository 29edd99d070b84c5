// Converting takes the same memory however large the model is: three times as many layers, of 90 MB each,
// change nothing. The weights are holes in files, so that no disk has to hold them.
#include "engine/convert/conversion.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

#include <nlohmann/json.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ponder;
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::uint64_t kWidth = 2048, kHidden = 5632, kHeads = 16, kKvHeads = 4, kHeadSize = 128;
constexpr std::uint64_t kMegabyte = 1'000'000;

struct Shape {
    std::string name;
    std::vector<std::uint64_t> shape;
};

std::vector<Shape> layerTensors(std::uint32_t layer) {
    const std::string at = "model.layers." + std::to_string(layer) + '.';
    const std::uint64_t q = kHeads * kHeadSize, kv = kKvHeads * kHeadSize;
    return {
        {at + "input_layernorm.weight", {kWidth}},      {at + "post_attention_layernorm.weight", {kWidth}},
        {at + "self_attn.q_proj.weight", {q, kWidth}},  {at + "self_attn.q_proj.bias", {q}},
        {at + "self_attn.k_proj.weight", {kv, kWidth}}, {at + "self_attn.k_proj.bias", {kv}},
        {at + "self_attn.v_proj.weight", {kv, kWidth}}, {at + "self_attn.v_proj.bias", {kv}},
        {at + "self_attn.o_proj.weight", {kWidth, q}},  {at + "mlp.gate_proj.weight", {kHidden, kWidth}},
        {at + "mlp.up_proj.weight", {kHidden, kWidth}}, {at + "mlp.down_proj.weight", {kWidth, kHidden}}};
}

// The folder's weights with these shapes, all zero; gives their bytes.
std::uint64_t writeWeights(const fs::path& path, std::uint32_t layers, std::uint64_t vocabulary) {
    std::vector<Shape> tensors{{"model.embed_tokens.weight", {vocabulary, kWidth}},
                               {"model.norm.weight", {kWidth}}};
    for (std::uint32_t layer = 0; layer < layers; ++layer)
        for (Shape& tensor : layerTensors(layer))
            tensors.push_back(std::move(tensor));
    Json header;
    std::uint64_t end = 0;
    for (const Shape& tensor : tensors) {
        std::uint64_t bytes = 2; // BF16
        for (const std::uint64_t extent : tensor.shape)
            bytes *= extent;
        header[tensor.name] = {
            {"dtype", "BF16"}, {"shape", tensor.shape}, {"data_offsets", {end, end + bytes}}};
        end += bytes;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = text.size(); // little-endian, as the machines are that this runs on
    test::write(path, std::string(reinterpret_cast<const char*>(&length), sizeof length) + text);
    fs::resize_file(path, sizeof length + text.size() + end);
    return end;
}

// The most memory that a process of its own has while it converts, in bytes; 0 where that fails.
std::uint64_t peakOfConverting(const fs::path& folder, const fs::path& target) {
    const pid_t child = ::fork();
    if (child == 0) {
        Result<Conversion> conversion = Conversion::prepare(folder, target, FileType::Q4_K_M);
        if (!conversion) ::_exit(1);
        ThreadPool pool(2);
        ::_exit(conversion->run(pool, {}, [](const ConversionProgress&) {}) ? 0 : 1);
    }
    int status = 0;
    rusage used{};
    ::wait4(child, &status, 0, &used);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? std::uint64_t(used.ru_maxrss) * 1024 : 0;
}

} // namespace

class ConversionMemoryTest : public QObject {
    Q_OBJECT
private slots:
    void aLargerModelTakesNoMoreMemory() {
        std::vector<std::uint64_t> peaks;
        for (const std::uint32_t layers : {4U, 12U}) {
            const test::FolderCopy folder("qwen2-bf16");
            Json config = Json::parse(test::textOf(folder.path() / "config.json"));
            config.update(Json{{"hidden_size", kWidth},
                               {"intermediate_size", kHidden},
                               {"num_hidden_layers", layers},
                               {"num_attention_heads", kHeads},
                               {"num_key_value_heads", kKvHeads},
                               {"head_dim", kHeadSize}});
            folder.put("config.json", config.dump());
            const std::uint64_t bytes = writeWeights(folder.path() / "model.safetensors", layers,
                                                     config["vocab_size"].get<std::uint64_t>());
            const QTemporaryDir out;
            peaks.push_back(peakOfConverting(folder.path(), fs::path(out.path().toStdString()) / "m.gguf"));
            qInfo("%u layers, %llu MB of BF16: at most %llu MB of memory", layers,
                  static_cast<unsigned long long>(bytes / kMegabyte),
                  static_cast<unsigned long long>(peaks.back() / kMegabyte));
            QVERIFY(peaks.back() > 0 && peaks.back() < 1500 * kMegabyte);
        }
        QVERIFY(peaks[1] < peaks[0] + 16 * kMegabyte);
    }
};

PONDER_TEST(ConversionMemoryTest)
#include "conversion_memory_test.moc"
