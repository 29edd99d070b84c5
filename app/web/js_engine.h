// One JavaScript engine with one script loaded into it, whose functions C++ calls with strings.
//
// Takes the resource path of a bundle (resources/web, built by app/web/CMakeLists.txt) and evaluates it once;
// then calls its global functions, which take strings (JSON where they need more) and return a string. A
// script that runs past its time limit is interrupted, and the engine can be used again. That is the last
// resort: Qt 6.4's engine can crash when it is interrupted while compiled code runs a class constructor, so a
// script that may run long watches the clock itself (resources/web/jinja.entry.js).
//
// Owner: whoever needs scripts (ChatTemplate). Thread: the one that made it; no window is needed. Errors: an
// outcome that says whether the script threw or ran too long. Next station: app/prompt/chat_template.h.
#pragma once

#include "app/web/watchdog.h"

#include <QJSEngine>
#include <QString>
#include <QStringList>

#include <chrono>

namespace ponder {

struct JsOutcome {
    enum class Kind { Value, Threw, TimedOut };
    Kind kind = Kind::Value;
    QString text; // what the function returned, or the message of what it threw
};

class JsEngine {
public:
    explicit JsEngine(const QString& bundlePath);

    JsOutcome call(const QString& function, const QStringList& arguments, std::chrono::milliseconds limit);

private:
    QJSEngine m_engine;
    Watchdog m_watchdog; // after the engine: it must not interrupt one that is gone
    QString m_loadFailure;
};

} // namespace ponder
