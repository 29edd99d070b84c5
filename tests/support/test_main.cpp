// The main() of every test program. Built twice: with QCoreApplication, and with QGuiApplication for the
// programs that show something. The exit status is the number of functions that failed, at most 255.
#include "tests/support/test_class.h"
#include "tests/support/test_run.h"

#ifdef QT_GUI_LIB
#include <QGuiApplication>
using Application = QGuiApplication;
#else
#include <QCoreApplication>
using Application = QCoreApplication;
#endif

#include <algorithm>
#include <cstdio>

using namespace ponder::test;

int main(int argc, char** argv) {
    Application application(argc, argv);
    application.setAttribute(Qt::AA_Use96Dpi, true); // as Qt Test's own main() does
    QStringList names;
    for (const TestClass* one : TestClass::all())
        names += QString::fromStdString(one->name());
    const QStringList words = QCoreApplication::arguments();
    const TestRun run = TestRun::of(words.mid(1), names);
    if (run.list || !run.unknown.isEmpty()) {
        if (!run.unknown.isEmpty())
            std::fprintf(stderr, "%s is not a class of this program:\n", qPrintable(run.unknown));
        std::fprintf(run.list ? stdout : stderr, "%s\n", qPrintable(names.join(u'\n')));
        return run.unknown.isEmpty() ? 0 : 255;
    }
    int failed = 0;
    for (const TestClass* one : TestClass::all())
        if (const QString name = QString::fromStdString(one->name()); run.classes.contains(name))
            failed += one->run(words.mid(0, 1) + run.wordsFor(name));
    return std::min(failed, 255);
}
