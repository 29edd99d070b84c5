// Runs the real ponder-cli and keeps what it said.
#pragma once

#include "tests/support/reference_data.h"
#include "tests/support/test_folders.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryFile>

namespace ponder::test {

struct CliRun {
    int exitCode = -1;
    QString out, err;
    QJsonObject json() const { return QJsonDocument::fromJson(out.toUtf8()).object(); }
};

inline QString cliProgram() { return test::buildPath("bin/ponder-cli"); }

inline CliRun runCli(const QStringList& words, const QByteArray& input = {}) {
    QProcess process;
    process.start(cliProgram(), words);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(60000)) return {};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

inline QString tinyReasoner() {
    return QString::fromStdString((dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf").string());
}

} // namespace ponder::test
