// The user's preferences as properties, kept in the store.
//
// A value that the store holds and that makes no sense is replaced by its default. Owner: App. Thread: GUI.
// Next station: ui/settings, ThemeSource and LanguageSwitch in desktop/, ChatController, ModelLibrary.
#pragma once

#include "app/store/store.h"

#include <QHash>
#include <QObject>
#include <QString>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class Settings : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.settings is the one there is")
    Q_PROPERTY(QString language READ language WRITE setLanguage NOTIFY languageChanged)
    Q_PROPERTY(QString theme READ theme WRITE setTheme NOTIFY themeChanged)
    Q_PROPERTY(QString thoughtsMode READ thoughtsMode WRITE setThoughtsMode NOTIFY thoughtsModeChanged)
    Q_PROPERTY(bool reducedMotion READ reducedMotion WRITE setReducedMotion NOTIFY reducedMotionChanged)
    Q_PROPERTY(QString device READ device WRITE setDevice NOTIFY deviceChanged)
    Q_PROPERTY(int contextTokens READ contextTokens WRITE setContextTokens NOTIFY contextTokensChanged)
    Q_PROPERTY(QString modelsFolder READ modelsFolder WRITE setModelsFolder NOTIFY modelsFolderChanged)
    Q_PROPERTY(QString instruction READ instruction WRITE setInstruction NOTIFY instructionChanged)
    Q_PROPERTY(double temperature READ temperature WRITE setTemperature NOTIFY temperatureChanged)
    Q_PROPERTY(double topP READ topP WRITE setTopP NOTIFY topPChanged)
    Q_PROPERTY(int windowWidth READ windowWidth WRITE setWindowWidth NOTIFY windowWidthChanged)
    Q_PROPERTY(int windowHeight READ windowHeight WRITE setWindowHeight NOTIFY windowHeightChanged)
    Q_PROPERTY(QString hubEndpoint READ hubEndpoint WRITE setHubEndpoint NOTIFY hubEndpointChanged)
    Q_PROPERTY(QString hubProxy READ hubProxy WRITE setHubProxy NOTIFY hubProxyChanged)
    Q_PROPERTY(bool hubSecrets READ hubSecrets WRITE setHubSecrets NOTIFY hubSecretsChanged)
    Q_PROPERTY(
        bool thinkingEnabled READ thinkingEnabled WRITE setThinkingEnabled NOTIFY thinkingEnabledChanged)
public:
    explicit Settings(Store& store, QObject* parent = nullptr);

    QString language() const { return m_language; }         // "system", "en", "zh_CN", "ko"
    QString theme() const { return m_theme; }               // "system", "light", "dark"
    QString thoughtsMode() const { return m_thoughtsMode; } // "fold", "open", "closed"
    bool reducedMotion() const { return m_reducedMotion; }
    QString device() const { return m_device; }           // "auto" or an id
    int contextTokens() const { return m_contextTokens; } // 0: automatic
    // Where models are downloaded and converted to; empty: the usual place (models/models_folder.h).
    QString modelsFolder() const { return m_modelsFolder; }
    QString instruction() const { return m_instruction; } // system prompt
    double temperature() const { return m_temperature; }  // -1: recommended
    double topP() const { return m_topP; }                // -1: recommended
    int windowWidth() const { return m_windowWidth; }
    int windowHeight() const { return m_windowHeight; }
    bool thinkingEnabled() const { return m_thinkingEnabled; }
    QString hubEndpoint() const { return m_hubEndpoint; } // empty: the environment's or the public one
    QString hubProxy() const { return m_hubProxy; }       // without a password; empty: the system's
    bool hubSecrets() const { return m_hubSecrets; }      // a token or a password was put into the keyring

    void setLanguage(const QString& value);
    void setTheme(const QString& value);
    void setThoughtsMode(const QString& value);
    void setReducedMotion(bool value);
    void setDevice(const QString& value);
    void setContextTokens(int value);
    void setModelsFolder(const QString& value);
    void setInstruction(const QString& value);
    void setTemperature(double value);
    void setTopP(double value);
    void setWindowWidth(int value);
    void setWindowHeight(int value);
    void setThinkingEnabled(bool value);
    void setHubEndpoint(const QString& value);
    void setHubProxy(const QString& value);
    void setHubSecrets(bool value);

    // What the user says of a model's thought marks (chat/think_marks.h), by the model's path.
    Q_INVOKABLE QString thinkMarks(const QString& modelPath) const { return m_thinkMarks.value(modelPath); }
    Q_INVOKABLE void setThinkMarks(const QString& modelPath, const QString& line);

signals:
    void languageChanged();
    void themeChanged();
    void thoughtsModeChanged();
    void reducedMotionChanged();
    void deviceChanged();
    void contextTokensChanged();
    void modelsFolderChanged();
    void instructionChanged();
    void temperatureChanged();
    void topPChanged();
    void windowWidthChanged();
    void windowHeightChanged();
    void thinkingEnabledChanged();
    void hubEndpointChanged();
    void hubProxyChanged();
    void hubSecretsChanged();

private:
    template<class T>
    void change(T& member, const T& value, const char* key, void (Settings::*changed)());

    Store& m_store;
    QString m_language = QStringLiteral("system");
    QString m_theme = QStringLiteral("system");
    QString m_thoughtsMode = QStringLiteral("fold");
    bool m_reducedMotion = false;
    QString m_device = QStringLiteral("auto");
    int m_contextTokens = 0;
    QString m_modelsFolder;
    QString m_instruction;
    double m_temperature = -1;
    double m_topP = -1;
    int m_windowWidth = 1280;
    int m_windowHeight = 800;
    bool m_thinkingEnabled = true;
    QString m_hubEndpoint;
    QString m_hubProxy;
    bool m_hubSecrets = false;
    QHash<QString, QString> m_thinkMarks;
};

} // namespace ponder
