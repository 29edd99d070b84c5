// What the command line of the window asks for.
//
// Takes the arguments of the process; gives values, or the text to print and the status to leave with
// (--help, --version, a wrong option). Owner: main.cpp, plain value. Thread: GUI.
#pragma once

#include <QString>
#include <QStringList>

#include <optional>

namespace ponder {

struct WindowOptions {
    QString model;       // path; empty: the one used last
    QString screenshots; // folder; empty: no pictures
    QString data;        // folder of the history; empty: the user's own
    bool fake = false;   // answers by script, without a model
    int quitAfterMs = 0; // 0: never

    struct Exit {
        QString text;
        int status = 0;
    };
    std::optional<Exit> exit;

    static WindowOptions parse(const QStringList& arguments);
};

} // namespace ponder
