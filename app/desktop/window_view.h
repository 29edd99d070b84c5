// The QML engine and the window it makes.
//
// Takes the App; loads ui/Main.qml and keeps the language of App's settings. Gives the window, or says that
// it did not load (QML prints why). Owner: main.cpp or the screenshot tour, after App. Thread: GUI.
// Next station: ui/Main.qml.
#pragma once

#include "app/desktop/language_switch.h"

#include <QQmlApplicationEngine>

class QQuickWindow;

namespace ponder {

class App;

class WindowView {
public:
    bool load(App& app);
    QQuickWindow* window() const;

private:
    LanguageSwitch m_languages{nullptr};
    QQmlApplicationEngine m_qml;
};

} // namespace ponder
