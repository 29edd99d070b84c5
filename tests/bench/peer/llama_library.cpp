#include "tests/bench/peer/llama_library.h"

#include <dlfcn.h>

#include <cstdio>
#include <filesystem>

namespace peer {
namespace {

// The versions are part of the names of two of the three libraries.
std::string find(const std::string& folder, const std::string& stem) {
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator(folder, problem))
        if (const std::string name = entry.path().filename(); name.starts_with(stem) && name.ends_with(".so"))
            return entry.path();
    return {};
}

void* openLibrary(const std::string& folder, const std::string& stem) {
    const std::string path = find(folder, stem);
    void* library = path.empty() ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (!library) std::fprintf(stderr, "no library %s*.so that opens in %s\n", stem.c_str(), folder.c_str());
    return library;
}

template<class Function>
bool bind(void* library, const char* name, Function*& out) {
    out = reinterpret_cast<Function*>(dlsym(library, name));
    if (!out) std::fprintf(stderr, "the library lacks %s\n", name);
    return out != nullptr;
}

} // namespace

bool LlamaLibrary::fits() const {
    using namespace context_field;
    const Parameters model = modelDefaults(), context = contextDefaults();
    return model.get<void*>(model_field::kDevices) == nullptr &&
           model.get<std::int32_t>(model_field::kGpuLayers) == -1 &&
           context.get<std::uint32_t>(kTokens) == 512 && context.get<std::uint32_t>(kBatch) == 2048 &&
           context.get<std::uint32_t>(kMicroBatch) == 512 && context.get<std::int32_t>(kThreads) == 4 &&
           context.get<std::int32_t>(kPromptThreads) == 4 && context.get<std::int32_t>(kKeyType) == 1 &&
           context.get<std::int32_t>(kValueType) == 1;
}

std::optional<LlamaLibrary> LlamaLibrary::open(const std::string& folder) {
    void* base = openLibrary(folder, "libggml-base");
    void* ggml = base ? openLibrary(folder, "libggml.") : nullptr;
    void* llama = ggml ? openLibrary(folder, "libllama.") : nullptr;
    LlamaLibrary out;
    const bool bound =
        llama && bind(llama, "llama_version", out.version) &&
        bind(llama, "llama_print_system_info", out.systemInfo) && bind(llama, "llama_log_set", out.setLog) &&
        bind(ggml, "ggml_backend_load_all_from_path", out.loadBackends) &&
        bind(ggml, "ggml_backend_dev_count", out.deviceCount) &&
        bind(ggml, "ggml_backend_dev_get", out.device) &&
        bind(base, "ggml_backend_dev_name", out.deviceName) &&
        bind(base, "ggml_backend_dev_description", out.deviceDescription) &&
        bind(base, "ggml_backend_dev_type", out.deviceType) &&
        bind(llama, "llama_model_default_params", out.modelDefaults) &&
        bind(llama, "llama_context_default_params", out.contextDefaults) &&
        bind(llama, "llama_model_load_from_file", out.loadModel) &&
        bind(llama, "llama_init_from_model", out.createContext) &&
        bind(llama, "llama_model_get_vocab", out.vocabulary) &&
        bind(llama, "llama_vocab_n_tokens", out.vocabularySize) &&
        bind(llama, "llama_get_memory", out.memory) && bind(llama, "llama_memory_clear", out.clearMemory) &&
        bind(llama, "llama_memory_seq_rm", out.removeTokens) && bind(llama, "llama_decode", out.decode) &&
        bind(llama, "llama_synchronize", out.synchronize) && bind(llama, "llama_get_logits_ith", out.logits);
    if (!bound) return std::nullopt;
    if (!out.fits()) {
        std::fprintf(stderr,
                     "llama.cpp %s keeps its parameters elsewhere; the offsets in llama_library.h are "
                     "those of node-llama-cpp 3.22.1\n",
                     out.version());
        return std::nullopt;
    }
    return out;
}

} // namespace peer
