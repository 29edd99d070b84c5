#include "app/desktop/window_options.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFileInfo>

namespace ponder {

WindowOptions WindowOptions::parse(const QStringList& arguments) {
    const auto text = [](const char* source) { return QCoreApplication::translate("WindowOptions", source); };
    QCommandLineParser parser;
    parser.setApplicationDescription(
        text(QT_TRANSLATE_NOOP("WindowOptions", "Chat with reasoning models on your own computer.")));
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    const QCommandLineOption model(
        QStringLiteral("model"),
        text(QT_TRANSLATE_NOOP("WindowOptions", "Load this model (.gguf) at the start.")),
        QStringLiteral("PATH"));
    const QCommandLineOption fake(
        QStringLiteral("fake"),
        text(QT_TRANSLATE_NOOP("WindowOptions", "Answer by script, without a model and without a device.")));
    const QCommandLineOption data(
        QStringLiteral("data"),
        text(QT_TRANSLATE_NOOP("WindowOptions", "Keep chats and settings in this folder.")),
        QStringLiteral("DIR"));
    const QCommandLineOption screenshots(
        QStringLiteral("screenshots"),
        text(QT_TRANSLATE_NOOP("WindowOptions", "Draw pictures of the window into this folder and leave.")),
        QStringLiteral("DIR"));
    const QCommandLineOption quitAfter(
        QStringLiteral("quit-after"),
        text(QT_TRANSLATE_NOOP("WindowOptions", "Leave after so many milliseconds (for tests).")),
        QStringLiteral("MS"));
    parser.addOptions({model, fake, data, screenshots, quitAfter});
    parser.addPositionalArgument(QStringLiteral("model"),
                                 text(QT_TRANSLATE_NOOP("WindowOptions", "The same as --model.")),
                                 QStringLiteral("[MODEL]"));

    WindowOptions options;
    if (!parser.parse(arguments)) {
        options.exit = Exit{parser.errorText() + QLatin1Char('\n') + parser.helpText(), 2};
        return options;
    }
    if (parser.isSet(help)) options.exit = Exit{parser.helpText(), 0};
    if (parser.isSet(version))
        options.exit = Exit{QStringLiteral("ponder %1\n").arg(QCoreApplication::applicationVersion()), 0};
    const QStringList positional = parser.positionalArguments();
    options.model = parser.isSet(model) ? parser.value(model) : positional.value(0);
    if (!options.model.isEmpty()) options.model = QFileInfo(options.model).absoluteFilePath();
    options.screenshots = parser.value(screenshots);
    options.data = parser.value(data);
    options.fake = parser.isSet(fake);
    options.quitAfterMs = parser.value(quitAfter).toInt();
    return options;
}

} // namespace ponder
