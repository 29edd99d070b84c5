// What the user chose for one model: how it is loaded and how it answers. What is not chosen stays open and
// follows the settings for all models, then the model's own recommendation.
//
// Reading is forgiving: a value that makes no sense counts as not chosen. Next station: ModelLibrary
// (LoadRequestInfo), ChatController (ReplyRequest).
#pragma once

#include <QList>
#include <QString>

#include <optional>

namespace ponder {

// A LoRA adapter that the model is loaded with.
struct ModelAdapter {
    QString path;
    double strength = 1;
    bool applied = true; // else it is only kept in the list
    bool operator==(const ModelAdapter&) const = default;
};

// What was chosen of its thoughts, in the words of its template.
struct ThinkingSettings {
    std::optional<bool> on;
    QString effort; // a level's name; empty: the template's default
    std::optional<bool> keepEarlier;
    bool operator==(const ThinkingSettings&) const = default;
};

struct ModelSettings {
    static constexpr int kLayersThatFit = -1;

    // Of a reply.
    std::optional<double> temperature; // 0..2
    std::optional<double> topP;        // 0..1
    std::optional<double> minP;        // 0..1; 0: off
    std::optional<int> topK;           // 0: off
    std::optional<int> maxTokens;      // at least 1
    std::optional<QString> instruction;
    ThinkingSettings thinking;

    // Of loading.
    std::optional<int> contextTokens; // at least 1
    std::optional<int> gpuLayers;     // kLayersThatFit, or how many
    std::optional<int> expertLayers;  // whose experts the processor has; the same, as few as needed
    QString kvType;                   // "f16", "f32", "q8_0"; empty: the device's choice
    QString chatTemplate;             // Jinja source in place of the file's own; empty: the file's
    QList<ModelAdapter> adapters;

    bool operator==(const ModelSettings&) const = default;
    // True where `other` needs no loading anew.
    bool loadsAs(const ModelSettings& other) const;

    QString toJson() const; // compact; "{}" where nothing is chosen
    static ModelSettings fromJson(const QString& json);
    // The same without values out of range.
    ModelSettings checked() const;
};

} // namespace ponder
