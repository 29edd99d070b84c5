#include "app/web/js_engine.h"

#include <QFile>
#include <QLoggingCategory>

#include <cstring>

namespace ponder {
namespace {

QLoggingCategory::CategoryFilter previousFilter = nullptr;

// Bundled libraries use variables above the line that declares them. That is valid, but Qt's engine prints a
// warning for each use.
void silenceCompilerWarnings() {
    static const bool once = [] {
        previousFilter = QLoggingCategory::installFilter([](QLoggingCategory* category) {
            if (previousFilter) previousFilter(category);
            if (std::strcmp(category->categoryName(), "qt.qml.compiler") == 0)
                category->setEnabled(QtWarningMsg, false);
        });
        return true;
    }();
    Q_UNUSED(once);
}

} // namespace

JsEngine::JsEngine(const QString& bundlePath) : m_watchdog([this] { m_engine.setInterrupted(true); }) {
    silenceCompilerWarnings();
    QFile file(bundlePath);
    if (!file.open(QIODevice::ReadOnly)) {
        m_loadFailure = QStringLiteral("the script %1 is not part of this build").arg(bundlePath);
        return;
    }
    const QJSValue loaded = m_engine.evaluate(QString::fromUtf8(file.readAll()), bundlePath);
    if (loaded.isError())
        m_loadFailure = QStringLiteral("%1: %2").arg(bundlePath, loaded.property("message").toString());
}

JsOutcome JsEngine::call(const QString& function, const QStringList& arguments,
                         std::chrono::milliseconds limit) {
    if (!m_loadFailure.isEmpty()) return {JsOutcome::Kind::Threw, m_loadFailure};
    const QJSValue callee = m_engine.globalObject().property(function);
    if (!callee.isCallable())
        return {JsOutcome::Kind::Threw, QStringLiteral("the script has no function %1").arg(function)};
    QJSValueList values;
    for (const QString& argument : arguments)
        values << QJSValue(argument);

    m_watchdog.arm(limit);
    const QJSValue result = callee.call(values);
    const bool late = m_watchdog.disarm();
    m_engine.setInterrupted(false);
    // A script that finished just as the time ran out has still given its value.
    if (!result.isError()) return {JsOutcome::Kind::Value, result.toString()};
    if (late) return {JsOutcome::Kind::TimedOut, {}};
    return {JsOutcome::Kind::Threw, result.property("message").toString()};
}

} // namespace ponder
