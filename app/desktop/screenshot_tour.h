// Draws the states of the window as pictures, without a screen.
//
// Takes a folder; for each language makes a window with the scripted engine and a small history, leads it
// through its states and writes STATE-LANGUAGE-THEME.png for empty, thinking, folded, answer, effort and
// error, the page of models with its downloads, questions and sheets (from a hub of its own, tour_hub.h), and
// a few more in one language. Needs the platform "offscreen" and the software scene graph, which main.cpp
// chooses before the application starts.
//
// Owner: main.cpp. Thread: GUI. Errors: the text of what went wrong, empty when all is written.
#pragma once

#include <QString>

namespace ponder {

QString drawScreenshots(const QString& folder);

} // namespace ponder
