#include "app/chat/error_text.h"
#include "app/cli/run_model.h"
#include "app/cli/text.h"
#include "app/prompt/template_choice.h"
#include "app/prompt/template_doctor.h"
#include "engine/model/weights.h"
#include "engine/plan/kv_type_name.h"

#include <QFile>
#include <QLocale>
#include <nlohmann/json.hpp>

namespace ponder {
namespace {

// Bytes of every number format in the file, by its name.
std::map<std::string, std::uint64_t> bytesByType(const ModelFile& file) {
    std::map<std::string, std::uint64_t> out;
    for (const TensorInfo& tensor : file.tensors())
        if (const auto traits = typeTraits(tensor.type))
            out[std::string(traits->name)] += tensor.bytes.size();
    return out;
}

std::uint64_t parameters(const ModelFile& file) {
    std::uint64_t sum = 0;
    for (const TensorInfo& tensor : file.tensors())
        sum += tensor.rowLength() * tensor.rows();
    return sum;
}

Json describe(const ModelFile& file, const ModelConfig& config, const Tokenizer& tokenizer) {
    const Metadata& metadata = file.metadata();
    const auto text = [&](const char* key) { return std::string(metadata.text(key).value_or("")); };
    Json notes = Json::array();
    for (const Detail& note : tokenizer.notes())
        notes.push_back(detailText(note).toStdString());
    Json parts = Json::array();
    for (const auto& part : file.parts())
        parts.push_back(part.string());
    return {{"name", file.displayName()},
            {"architecture", std::string(config.architecture())},
            {"parameters", parameters(file)},
            {"file_bytes", file.fileBytes()},
            {"parts", parts},
            {"tensors", file.tensors().size()},
            {"bytes_by_type", bytesByType(file)},
            {"layers", config.layers},
            {"width", config.width},
            {"hidden", config.hidden},
            {"heads", config.heads},
            {"kv_heads", config.kvHeads},
            {"head_size", config.headSize},
            {"vocabulary", config.vocabulary},
            {"trained_context", config.trainedContext},
            {"rope_base", config.ropeBase},
            {"tokenizer", text("tokenizer.ggml.model")},
            {"pre_tokenizer", text("tokenizer.ggml.pre")},
            {"tokens", tokenizer.size()},
            {"add_bos", tokenizer.addBos()},
            {"notes", notes},
            {"chat_template", metadata.has("tokenizer.chat_template")}};
}

// What its chat template lets one choose about its thoughts.
Json thinkingOf(const ModelFile& file, const Tokenizer& tokenizer) {
    const ModelCard card = ModelCard::read(file, tokenizer);
    const TemplateChoice choice = TemplateChoice::forModel(card);
    const TemplateFacts facts = TemplateFacts::examine(*choice.chatTemplate, card);
    const TemplateSwitches& found = facts.switches;
    Json efforts = Json::array();
    for (const QString& effort : found.efforts)
        efforts.push_back(effort.toStdString());
    return {{"thinks", facts.markers.reasons},
            {"thinking_switch", found.thinking.toStdString()},
            {"thinks_by_default", found.thinking.isEmpty() ? facts.markers.reasons : found.thinksByDefault},
            {"efforts", efforts},
            {"default_effort", found.defaultEffort.toStdString()},
            {"earlier_thoughts_switch", found.earlier.toStdString()},
            {"keeps_earlier_thoughts", found.keepsByDefault},
            {"thinking_budget", found.budget},
            {"later_system_turns", found.laterSystemTurns}};
}

bool asksForPlan(const Arguments& arguments) {
    for (const char* name : {"device", "context", "kv", "gpu-layers", "expert-layers", "memory"})
        if (arguments.has(QLatin1String(name))) return true;
    return false;
}

// Where the model would go, and every byte of it.
Json toJson(const LoadPlan& plan) {
    Json json{{"context", plan.contextTokens}, {"kv", nameOf(plan.kvType)}, {"parts", Json::array()}};
    for (const ModelPart& part : plan.parts)
        json["parts"].push_back({{"device", part.device.id},
                                 {"device_name", part.device.name},
                                 {"first_layer", part.layers.first},
                                 {"end_layer", part.layers.end},
                                 {"experts_only", part.expertsOnly},
                                 {"weights_bytes", part.memory.weights},
                                 {"kv_bytes", part.memory.kv},
                                 {"scratch_bytes", part.memory.scratch},
                                 {"staging_bytes", part.memory.staging},
                                 {"snapshot_bytes", part.memory.snapshots},
                                 {"mapped_bytes", part.memory.mapped},
                                 {"total_bytes", part.memory.total()}});
    return json;
}

// The same as rows of the table, a device after the other.
void addRows(Json& table, const Json& plan) {
    table["context"] = plan["context"];
    table["kv"] = plan["kv"];
    for (const Json& part : plan["parts"]) {
        const std::string id = part["device"];
        for (const auto& [key, value] : part.items())
            if (key != "device") table[id + " " + key] = value;
    }
}

int runInfo(const Invocation& call) {
    const auto file = ModelFile::open(call.arguments.model().toStdString());
    if (!file) return call.console.fail(file.error());
    const auto config = ModelConfig::read(**file);
    if (!config) return call.console.fail(config.error());
    if (const auto weights = bindWeights(**file, *config); !weights)
        return call.console.fail(weights.error());
    const auto tokenizer = Tokenizer::fromModel(**file);
    if (!tokenizer) return call.console.fail(tokenizer.error());

    Json json = describe(**file, *config, **tokenizer);
    json.update(thinkingOf(**file, **tokenizer));
    if (asksForPlan(call.arguments)) {
        const auto plan = Model::plan(loadOptions(call.arguments, 0, {}));
        if (!plan) return call.console.fail(plan.error());
        if (call.console.json())
            json["plan"] = toJson(*plan);
        else
            addRows(json, toJson(*plan));
    }
    if (call.console.json())
        call.console.value(json);
    else
        call.console.table(json);
    return kDone;
}

} // namespace

const Command kInfoCommand{
    "info",
    "MODEL [--device D] [--gpu-layers auto|N] [--expert-layers auto|N] [--context N] [--kv TYPE] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Checks a model file and says what is in it and where it would go."),
    "info model.gguf\ninfo model.gguf --gpu-layers auto\ninfo model-00001-of-00003.gguf --json",
    [](Arguments& arguments) {
        arguments.takesModel();
        arguments.takesDevice();
    },
    runInfo};

} // namespace ponder
