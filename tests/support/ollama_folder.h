// A folder as Ollama keeps it: manifests that name blobs by their hash.
#pragma once

#include <QDir>
#include <QFile>
#include <QString>

namespace ponder::test {

class OllamaFolder {
public:
    explicit OllamaFolder(const QString& path) : m_path(path) {
        QDir().mkpath(path + QStringLiteral("/blobs"));
        QDir().mkpath(path + QStringLiteral("/manifests"));
    }

    QString path() const { return m_path; }
    // Content as a blob with a digest of one repeated digit; gives its path.
    QString blob(char digit, const QByteArray& content) const {
        return write(QStringLiteral("blobs/sha256-") + QString(64, QLatin1Char(digit)), content);
    }
    // "library/deepseek-r1/7b" with layers as in "model=a params=b"; gives the manifest's path.
    QString manifest(const QString& name, const QString& layers) const {
        QStringList entries;
        for (const QString& layer : layers.split(u' '))
            entries << QStringLiteral("{\"mediaType\": \"application/vnd.ollama.image.%1\", \"digest\": "
                                      "\"sha256:%2\", \"size\": 5}")
                           .arg(layer.section(u'=', 0, 0), QString(64, layer.section(u'=', 1).at(0)));
        const QString json =
            QStringLiteral("{\"schemaVersion\": 2, \"layers\": [%1]}").arg(entries.join(u','));
        return write(QStringLiteral("manifests/registry.ollama.ai/") + name, json.toUtf8());
    }

private:
    QString write(const QString& name, const QByteArray& content) const {
        const QString path = m_path + u'/' + name;
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write %s", qPrintable(path));
        file.write(content);
        return path;
    }

    QString m_path;
};

} // namespace ponder::test
