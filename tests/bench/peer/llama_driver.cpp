// Measures llama.cpp on one model and prints one JSON object; ./dev bench runs it in turn with this engine.
//
//     llama_driver LIBRARIES MODEL --device cpu|NAME [--threads N] [--context N] [--ids 1,2,...]
//                  [--prefill N]... [--first N] [--decode N] [--depth N]... [--logits F]
//
// LIBRARIES: the folder with libllama. NAME: part of the description of the only GPU that may be used; where
// that is not the one found, or a layer stays on the processor, the exit status is 3, for llama.cpp falls
// back to the processor silently. --ids: the tokens of every prompt, from its start, repeated as needed. What
// is decoded is the following ids, so that no sampling is in the time. --logits: writes those behind each of
// the ids, f32 [ids, vocabulary], as ponder-cli logits does. Exit status: 0; 1 the model or the library does
// not work; 2 a wrong argument; 3 a wrong device.
#include "tests/bench/peer/driver_arguments.h"
#include "tests/bench/peer/llama_library.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <vector>

namespace peer {
namespace {

constexpr int kDone = 0, kFailed = 1, kBadArgument = 2, kWrongDevice = 3;

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// The most memory that this process ever had resident, in bytes.
std::uint64_t peakBytes() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (std::uint64_t kib = 0; word == "VmHWM:" && status >> kib) return kib * 1024;
    return 0;
}

// Where the layers went is said in the log only: "offloaded 31/31 layers to GPU".
struct Log {
    int offloaded = -1, layers = -1;
    std::string last; // what went wrong, where it does

    static void line(int level, const char* text, void* self) {
        Log& log = *static_cast<Log*>(self);
        if (const char* found = std::strstr(text, "offloaded "))
            std::sscanf(found, "offloaded %d/%d layers", &log.offloaded, &log.layers);
        if (level == 4) log.last += text;
    }
};

struct Driver {
    LlamaLibrary library;
    DriverArguments arguments;
    Log log;
    LlamaLibrary::Device* gpu = nullptr;
    LlamaLibrary::Model* model = nullptr;
    LlamaLibrary::Context* context = nullptr;
    std::string deviceName;
    double loadSeconds = 0;

    bool chooseDevice();
    bool load();
    bool run(std::uint32_t first, std::uint32_t count);
    bool clear(std::uint32_t keep);
    std::optional<double> prefill(std::uint32_t tokens);
    std::optional<double> firstToken(std::uint32_t tokens);
    std::optional<double> decode(std::uint32_t depth);
    bool writeLogits();
    bool measure();
};

// Exactly one GPU, and the one that is meant.
bool Driver::chooseDevice() {
    std::string seen;
    std::size_t gpus = 0;
    for (std::size_t i = 0; i < library.deviceCount(); ++i) {
        LlamaLibrary::Device* device = library.device(i);
        const std::string description = library.deviceDescription(device);
        if (library.deviceType(device) == 0) {
            if (arguments.device == "cpu") deviceName = description;
            continue;
        }
        ++gpus;
        seen += (seen.empty() ? "" : ", ") + description;
        if (arguments.device != "cpu" && description.find(arguments.device) != std::string::npos) {
            gpu = device;
            deviceName = description;
        }
    }
    if (arguments.device == "cpu" ? !deviceName.empty() : gpu && gpus == 1) return true;
    std::fprintf(stderr, "wanted %s, found %s\n", arguments.device.c_str(),
                 seen.empty() ? "no GPU" : seen.c_str());
    return false;
}

bool Driver::load() {
    const Clock::time_point start = Clock::now();
    LlamaLibrary::Device* devices[] = {gpu, nullptr};
    Parameters parameters = library.modelDefaults();
    parameters.set(model_field::kDevices, &devices[0]);
    parameters.set(model_field::kGpuLayers, std::int32_t{gpu ? 999 : 0});
    model = library.loadModel(arguments.model.c_str(), parameters);
    if (!model) return false;
    const auto threads = static_cast<std::int32_t>(arguments.threads);
    Parameters settings = library.contextDefaults();
    settings.set(context_field::kTokens, arguments.contextTokens());
    settings.set(context_field::kThreads, threads);
    settings.set(context_field::kPromptThreads, threads);
    context = library.createContext(model, settings);
    loadSeconds = secondsSince(start);
    return context != nullptr;
}

// Tokens first .. first + count - 1 of the text, after those that are in the cache.
bool Driver::run(std::uint32_t first, std::uint32_t count) {
    constexpr std::uint32_t kBatch = 2048; // the library's standard
    for (std::uint32_t done = 0; done < count;) {
        const std::uint32_t now = std::min(count - done, kBatch);
        std::vector<std::int32_t> tokens(now);
        for (std::uint32_t i = 0; i < now; ++i)
            tokens[i] = arguments.ids[(first + done + i) % arguments.ids.size()];
        TokenBatch batch{
            static_cast<std::int32_t>(now), tokens.data(), nullptr, nullptr, nullptr, nullptr, nullptr};
        if (library.decode(context, batch) != 0) return false;
        done += now;
    }
    library.synchronize(context);
    return true;
}

bool Driver::clear(std::uint32_t keep) {
    if (keep > 0)
        return library.removeTokens(library.memory(context), 0, static_cast<std::int32_t>(keep), -1);
    library.clearMemory(library.memory(context), false);
    return true;
}

std::optional<double> Driver::prefill(std::uint32_t tokens) {
    if (!clear(0)) return std::nullopt;
    const Clock::time_point start = Clock::now();
    if (!run(0, tokens)) return std::nullopt;
    return tokens / secondsSince(start);
}

// From the prompt to the id of the likeliest next token.
std::optional<double> Driver::firstToken(std::uint32_t tokens) {
    if (!clear(0)) return std::nullopt;
    const auto size = library.vocabularySize(library.vocabulary(model));
    const Clock::time_point start = Clock::now();
    if (!run(0, tokens)) return std::nullopt;
    const float* logits = library.logits(context, -1);
    const bool sane = logits && *std::max_element(logits, logits + size) > -1e30F;
    return sane ? std::optional(secondsSince(start)) : std::nullopt;
}

std::optional<double> Driver::decode(std::uint32_t depth) {
    if (!clear(0) || (depth > 0 && !run(0, depth))) return std::nullopt;
    const Clock::time_point start = Clock::now();
    for (std::uint32_t i = 0; i < arguments.decode; ++i)
        if (!run(depth + i, 1)) return std::nullopt;
    return arguments.decode / secondsSince(start);
}

bool Driver::writeLogits() {
    std::ofstream file(arguments.logits, std::ios::binary);
    const auto size = static_cast<std::size_t>(library.vocabularySize(library.vocabulary(model)));
    if (!clear(0)) return false;
    for (std::uint32_t i = 0; i < arguments.ids.size() && file; ++i) {
        const float* row = run(i, 1) ? library.logits(context, -1) : nullptr;
        if (!row) return false;
        file.write(reinterpret_cast<const char*>(row), static_cast<std::streamsize>(size * sizeof *row));
    }
    file.close();
    return file.good();
}

void print(const char* what, std::uint32_t tokens, std::uint32_t depth, double value) {
    std::printf(R"(, {"what": "%s", "tokens": %u, "depth": %u, "value": %.6g})", what, tokens, depth, value);
}

bool Driver::measure() {
    // The first run touches the weights and wakes the threads; it is not in any figure.
    if (!prefill(std::min<std::uint32_t>(8, arguments.contextTokens())) || !run(8, 1)) return false;
    std::printf(R"({"results": [{"what": "load", "tokens": 0, "depth": 0, "value": %.6g})", loadSeconds);
    for (const std::uint32_t tokens : arguments.prefill) {
        const auto speed = prefill(tokens);
        if (!speed) return false;
        print("prefill", tokens, 0, *speed);
    }
    if (arguments.first > 0) {
        const auto seconds = firstToken(arguments.first);
        if (!seconds) return false;
        print("first", arguments.first, 0, *seconds);
    }
    for (const std::uint32_t depth : arguments.depths) {
        const auto speed = arguments.decode > 0 ? decode(depth) : std::nullopt;
        if (!speed) return false;
        print("decode", arguments.decode, depth, *speed);
    }
    std::printf(R"(], "device": "%s", "threads": %u, "version": "%s", "system": "%s", "peak_bytes": %llu})"
                "\n",
                deviceName.c_str(), arguments.threads, library.version(), library.systemInfo(),
                static_cast<unsigned long long>(peakBytes()));
    return true;
}

int drive(int count, char** words) {
    const auto arguments = DriverArguments::parse({words + 1, words + count});
    if (!arguments) {
        std::fprintf(stderr,
                     "usage: llama_driver LIBRARIES MODEL --device cpu|NAME [--threads N] [--ids 1,2,...]\n"
                     "       [--prefill N]... [--first N] [--decode N] [--depth N]... [--logits F]\n");
        return kBadArgument;
    }
    const auto library = LlamaLibrary::open(arguments->libraries);
    if (!library) return kFailed;
    Driver driver;
    driver.library = *library;
    driver.arguments = *arguments;
    driver.library.setLog(Log::line, &driver.log);
    driver.library.loadBackends(arguments->libraries.c_str());
    if (!driver.chooseDevice()) return kWrongDevice;
    if (!driver.load()) {
        std::fprintf(stderr, "%s", driver.log.last.c_str());
        return kFailed;
    }
    const bool all = driver.log.offloaded >= 0 && driver.log.offloaded == driver.log.layers;
    if (driver.gpu ? !all : driver.log.offloaded > 0) {
        std::fprintf(stderr, "%d of %d layers are on the GPU\n", driver.log.offloaded, driver.log.layers);
        return kWrongDevice;
    }
    if ((arguments->logits.empty() || driver.writeLogits()) && driver.measure()) return kDone;
    std::fprintf(stderr, "a run failed\n%s", driver.log.last.c_str());
    return kFailed;
}

} // namespace
} // namespace peer

int main(int count, char** words) { return peer::drive(count, words); }
