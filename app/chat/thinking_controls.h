// What the composer lets one choose about the thoughts of the model that is loaded.
//
// Takes the loaded model's switches, what was chosen for it, and the settings for all models; gives what
// applies. A choice is kept with the model (chosen()) and holds from the next reply on. Owner:
// ChatController. Thread: GUI. Previous station: template_switches.h. Next station: ui/chat (ComposerTools),
// ReplyRequest.
#pragma once

#include "app/chat/chat_engine.h"
#include "app/store/settings.h"

#include <QtQml/qqmlregistration.h>

namespace ponder {

class ThinkingControls : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.chat.thinking is the one there is")
    Q_PROPERTY(bool canTurnOff READ canTurnOff NOTIFY switchesChanged)
    Q_PROPERTY(bool on READ on WRITE setOn NOTIFY changed)
    Q_PROPERTY(
        QStringList efforts READ efforts NOTIFY switchesChanged) // the template's own names, least first
    Q_PROPERTY(QString defaultEffort READ defaultEffort NOTIFY switchesChanged)
    Q_PROPERTY(QString effort READ effort WRITE setEffort NOTIFY changed) // empty: none of the names
    Q_PROPERTY(bool canKeepEarlier READ canKeepEarlier NOTIFY switchesChanged)
    Q_PROPERTY(bool keepsEarlier READ keepsEarlier WRITE setKeepsEarlier NOTIFY changed)
public:
    explicit ThinkingControls(Settings& forAll, QObject* parent = nullptr);

    bool canTurnOff() const { return !m_switches.thinking.isEmpty(); }
    bool on() const;
    QStringList efforts() const { return m_switches.efforts; }
    QString defaultEffort() const { return m_switches.defaultEffort; }
    QString effort() const;
    bool canKeepEarlier() const { return !m_switches.earlier.isEmpty(); }
    bool keepsEarlier() const;
    // What a reply is asked for.
    ThinkingChoice choice() const;

    void setOn(bool on); // for this model, and for those of which nothing is chosen
    void setEffort(const QString& effort);
    void setKeepsEarlier(bool keeps);

    void setSwitches(const TemplateSwitches& switches); // of the model that answers
    void setModelSettings(const ModelSettings& settings);

signals:
    void switchesChanged(); // another model
    void changed();
    void chosen(const ponder::ModelSettings& settings); // to be kept for the model that is loaded

private:
    Settings& m_forAll;
    TemplateSwitches m_switches;
    ModelSettings m_settings;
};

} // namespace ponder
