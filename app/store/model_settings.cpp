#include "app/store/model_settings.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cmath>

namespace ponder {
namespace {

constexpr int kLargestCount = 1 << 24;
constexpr double kStrongest = 10;
constexpr qsizetype kLongestLevel = 32;

template<class T>
void keepWithin(std::optional<T>& value, T least, T most) {
    if (value && !(*value >= least && *value <= most)) value.reset(); // NaN goes too
}

template<class T>
void put(QJsonObject& json, const char* key, const std::optional<T>& value) {
    if (value) json.insert(QLatin1String(key), *value);
}

void put(QJsonObject& json, const char* key, const QString& value) {
    if (!value.isEmpty()) json.insert(QLatin1String(key), value);
}

std::optional<double> number(const QJsonObject& json, const char* key) {
    const QJsonValue value = json.value(QLatin1String(key));
    return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}

std::optional<int> whole(const QJsonObject& json, const char* key) {
    const std::optional<double> value = number(json, key);
    if (!value || std::abs(*value) > kLargestCount || *value != std::floor(*value)) return std::nullopt;
    return static_cast<int>(*value);
}

std::optional<bool> truth(const QJsonObject& json, const char* key) {
    const QJsonValue value = json.value(QLatin1String(key));
    return value.isBool() ? std::optional(value.toBool()) : std::nullopt;
}

QJsonObject objectOf(const ThinkingSettings& thinking) {
    QJsonObject json;
    put(json, "on", thinking.on);
    put(json, "effort", thinking.effort);
    put(json, "keepEarlier", thinking.keepEarlier);
    return json;
}

} // namespace

bool ModelSettings::loadsAs(const ModelSettings& other) const {
    return contextTokens == other.contextTokens && gpuLayers == other.gpuLayers &&
           expertLayers == other.expertLayers && kvType == other.kvType &&
           chatTemplate == other.chatTemplate && adapters == other.adapters;
}

ModelSettings ModelSettings::checked() const {
    ModelSettings out = *this;
    keepWithin(out.temperature, 0.0, 2.0);
    keepWithin(out.topP, 0.0, 1.0);
    keepWithin(out.minP, 0.0, 1.0);
    keepWithin(out.topK, 0, kLargestCount);
    keepWithin(out.maxTokens, 1, kLargestCount);
    keepWithin(out.contextTokens, 1, kLargestCount);
    for (std::optional<int>* layers : {&out.gpuLayers, &out.expertLayers})
        keepWithin(*layers, kLayersThatFit, 65535);
    if (out.kvType != u"f16" && out.kvType != u"f32" && out.kvType != u"q8_0") out.kvType.clear();
    if (out.thinking.effort.size() > kLongestLevel) out.thinking.effort.clear();
    if (out.chatTemplate.trimmed().isEmpty()) out.chatTemplate.clear();
    out.adapters.removeIf([](const ModelAdapter& adapter) {
        return adapter.path.isEmpty() || !(std::abs(adapter.strength) <= kStrongest);
    });
    return out;
}

QString ModelSettings::toJson() const {
    QJsonObject json;
    put(json, "temperature", temperature);
    put(json, "topP", topP);
    put(json, "minP", minP);
    put(json, "topK", topK);
    put(json, "maxTokens", maxTokens);
    put(json, "instruction", instruction);
    if (thinking != ThinkingSettings()) json.insert(QStringLiteral("thinking"), objectOf(thinking));
    put(json, "contextTokens", contextTokens);
    put(json, "gpuLayers", gpuLayers);
    put(json, "expertLayers", expertLayers);
    put(json, "kvType", kvType);
    put(json, "chatTemplate", chatTemplate);
    QJsonArray list;
    for (const ModelAdapter& adapter : adapters)
        list.append(QJsonObject{{QStringLiteral("path"), adapter.path},
                                {QStringLiteral("strength"), adapter.strength},
                                {QStringLiteral("applied"), adapter.applied}});
    if (!list.isEmpty()) json.insert(QStringLiteral("adapters"), list);
    return QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact));
}

ModelSettings ModelSettings::fromJson(const QString& text) {
    const QJsonObject json = QJsonDocument::fromJson(text.toUtf8()).object();
    ModelSettings out;
    out.temperature = number(json, "temperature");
    out.topP = number(json, "topP");
    out.minP = number(json, "minP");
    out.topK = whole(json, "topK");
    out.maxTokens = whole(json, "maxTokens");
    if (const QJsonValue words = json.value(QLatin1String("instruction")); words.isString())
        out.instruction = words.toString();
    const QJsonObject thoughts = json.value(QLatin1String("thinking")).toObject();
    out.thinking = {truth(thoughts, "on"), thoughts.value(QLatin1String("effort")).toString(),
                    truth(thoughts, "keepEarlier")};
    out.contextTokens = whole(json, "contextTokens");
    out.gpuLayers = whole(json, "gpuLayers");
    out.expertLayers = whole(json, "expertLayers");
    out.kvType = json.value(QLatin1String("kvType")).toString();
    out.chatTemplate = json.value(QLatin1String("chatTemplate")).toString();
    for (const auto& entry : json.value(QLatin1String("adapters")).toArray())
        out.adapters << ModelAdapter{entry[QLatin1String("path")].toString(),
                                     entry[QLatin1String("strength")].toDouble(1),
                                     entry[QLatin1String("applied")].toBool(true)};
    return out.checked();
}

} // namespace ponder
