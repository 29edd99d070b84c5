#include "app/chat/thinking_controls.h"

namespace ponder {

ThinkingControls::ThinkingControls(Settings& forAll, QObject* parent) : QObject(parent), m_forAll(forAll) {
    connect(&m_forAll, &Settings::thinkingEnabledChanged, this, &ThinkingControls::changed);
}

bool ThinkingControls::on() const {
    return !canTurnOff() || m_settings.thinking.on.value_or(m_forAll.thinkingEnabled());
}

// A level that another template knew is none of this one's.
QString ThinkingControls::effort() const {
    const QString& chosen = m_settings.thinking.effort;
    return m_switches.efforts.contains(chosen) ? chosen : m_switches.defaultEffort;
}

bool ThinkingControls::keepsEarlier() const {
    return canKeepEarlier() && m_settings.thinking.keepEarlier.value_or(m_switches.keepsByDefault);
}

ThinkingChoice ThinkingControls::choice() const {
    return {on(), m_settings.thinking.effort, m_settings.thinking.keepEarlier};
}

void ThinkingControls::setOn(bool on) {
    m_settings.thinking.on = on;
    m_forAll.setThinkingEnabled(on);
    emit chosen(m_settings);
    emit changed();
}

void ThinkingControls::setEffort(const QString& effort) {
    m_settings.thinking.effort = effort;
    emit chosen(m_settings);
    emit changed();
}

void ThinkingControls::setKeepsEarlier(bool keeps) {
    m_settings.thinking.keepEarlier = keeps;
    emit chosen(m_settings);
    emit changed();
}

void ThinkingControls::setSwitches(const TemplateSwitches& switches) {
    m_switches = switches;
    emit switchesChanged();
    emit changed();
}

void ThinkingControls::setModelSettings(const ModelSettings& settings) {
    m_settings = settings;
    emit changed();
}

} // namespace ponder
