#include "app/store/settings.h"

#include <QVariant>

namespace ponder {
namespace {

// One of `allowed`, else the first of them.
QString oneOf(const QString& value, const QStringList& allowed) {
    return allowed.contains(value) ? value : allowed.first();
}

const QStringList& languages() {
    static const QStringList list{QStringLiteral("system"), QStringLiteral("en"), QStringLiteral("zh_CN"),
                                  QStringLiteral("ko")};
    return list;
}

const QStringList& themes() {
    static const QStringList list{QStringLiteral("system"), QStringLiteral("light"), QStringLiteral("dark")};
    return list;
}

const QStringList& thoughtsModes() {
    static const QStringList list{QStringLiteral("fold"), QStringLiteral("open"), QStringLiteral("closed")};
    return list;
}

const QLatin1String kThinkMarks("thinkMarks:"); // and the model's path

double recommendedOr(double value, double largest) {
    return value >= 0 && value <= largest ? value : -1; // also for NaN
}

} // namespace

Settings::Settings(Store& store, QObject* parent) : QObject(parent), m_store(store) {
    const QHash<QString, QString> kept = store.settings();
    const auto read = [&](const char* key, const auto& fallback) {
        using T = std::decay_t<decltype(fallback)>;
        const auto found = kept.constFind(QLatin1String(key));
        if (found == kept.cend()) return fallback;
        const QVariant value(*found);
        return value.canConvert<T>() ? value.value<T>() : fallback;
    };
    m_language = oneOf(read("language", m_language), languages());
    m_theme = oneOf(read("theme", m_theme), themes());
    m_thoughtsMode = oneOf(read("thoughtsMode", m_thoughtsMode), thoughtsModes());
    m_reducedMotion = read("reducedMotion", m_reducedMotion);
    m_device = read("device", m_device);
    m_contextTokens = qMax(0, read("contextTokens", m_contextTokens));
    m_modelsFolder = read("modelsFolder", m_modelsFolder);
    m_instruction = read("instruction", m_instruction);
    m_temperature = recommendedOr(read("temperature", m_temperature), 2.0);
    m_topP = recommendedOr(read("topP", m_topP), 1.0);
    m_windowWidth = qBound(360, read("windowWidth", m_windowWidth), 16384);
    m_windowHeight = qBound(280, read("windowHeight", m_windowHeight), 16384);
    m_thinkingEnabled = read("thinkingEnabled", m_thinkingEnabled);
    m_hubEndpoint = read("hubEndpoint", m_hubEndpoint);
    m_hubProxy = read("hubProxy", m_hubProxy);
    m_hubSecrets = read("hubSecrets", m_hubSecrets);
    for (auto entry = kept.cbegin(); entry != kept.cend(); ++entry)
        if (entry.key().startsWith(kThinkMarks) && !entry.value().isEmpty())
            m_thinkMarks.insert(entry.key().mid(kThinkMarks.size()), entry.value());
}

void Settings::setThinkMarks(const QString& modelPath, const QString& line) {
    if (thinkMarks(modelPath) == line) return;
    m_thinkMarks.insert(modelPath, line);
    m_store.setSetting(kThinkMarks + modelPath, line);
}

template<class T>
void Settings::change(T& member, const T& value, const char* key, void (Settings::*changed)()) {
    if (member == value) return;
    member = value;
    m_store.setSetting(QString::fromLatin1(key), QVariant(value).toString());
    emit(this->*changed)();
}

void Settings::setLanguage(const QString& value) {
    change(m_language, oneOf(value, languages()), "language", &Settings::languageChanged);
}
void Settings::setTheme(const QString& value) {
    change(m_theme, oneOf(value, themes()), "theme", &Settings::themeChanged);
}
void Settings::setThoughtsMode(const QString& value) {
    change(m_thoughtsMode, oneOf(value, thoughtsModes()), "thoughtsMode", &Settings::thoughtsModeChanged);
}
void Settings::setReducedMotion(bool value) {
    change(m_reducedMotion, value, "reducedMotion", &Settings::reducedMotionChanged);
}
void Settings::setDevice(const QString& value) {
    change(m_device, value, "device", &Settings::deviceChanged);
}
void Settings::setContextTokens(int value) {
    change(m_contextTokens, qMax(0, value), "contextTokens", &Settings::contextTokensChanged);
}
void Settings::setModelsFolder(const QString& value) {
    change(m_modelsFolder, value, "modelsFolder", &Settings::modelsFolderChanged);
}
void Settings::setInstruction(const QString& value) {
    change(m_instruction, value, "instruction", &Settings::instructionChanged);
}
void Settings::setTemperature(double value) {
    change(m_temperature, recommendedOr(value, 2.0), "temperature", &Settings::temperatureChanged);
}
void Settings::setTopP(double value) {
    change(m_topP, recommendedOr(value, 1.0), "topP", &Settings::topPChanged);
}
void Settings::setWindowWidth(int value) {
    change(m_windowWidth, qBound(360, value, 16384), "windowWidth", &Settings::windowWidthChanged);
}
void Settings::setWindowHeight(int value) {
    change(m_windowHeight, qBound(280, value, 16384), "windowHeight", &Settings::windowHeightChanged);
}
void Settings::setThinkingEnabled(bool value) {
    change(m_thinkingEnabled, value, "thinkingEnabled", &Settings::thinkingEnabledChanged);
}
void Settings::setHubEndpoint(const QString& value) {
    change(m_hubEndpoint, value, "hubEndpoint", &Settings::hubEndpointChanged);
}
void Settings::setHubProxy(const QString& value) {
    change(m_hubProxy, value, "hubProxy", &Settings::hubProxyChanged);
}
void Settings::setHubSecrets(bool value) {
    change(m_hubSecrets, value, "hubSecrets", &Settings::hubSecretsChanged);
}

} // namespace ponder
