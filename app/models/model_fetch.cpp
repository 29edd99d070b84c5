#include "app/models/model_fetch.h"

#include "app/models/byte_text.h"
#include "app/models/free_space.h"
#include "app/models/model_catalogue.h"

#include <QDir>
#include <QDirIterator>
#include <QFileInfo>

#include <algorithm>

namespace ponder {
namespace {

qint64 bytesBelow(const QString& folder) {
    qint64 sum = 0;
    for (QDirIterator files(folder, QDir::Files, QDirIterator::Subdirectories); files.hasNext();) {
        files.next();
        sum += files.fileInfo().size();
    }
    return sum;
}

// Original weights have two bytes each; those of AWQ are as large as the file that is made of them.
qint64 originalBytes(const CatalogueModel& model, qint64 fileBytes) {
    return model.format == u"awq" ? fileBytes : qint64(model.parameters * 2);
}

} // namespace

ModelFetch::ModelFetch(DownloadModel& downloads, std::function<QString()> modelsFolder, FreeBytes freeBytes,
                       QObject* parent)
    : QObject(parent), m_downloads(downloads), m_modelsFolder(std::move(modelsFolder)),
      m_freeBytes(freeBytes ? std::move(freeBytes) : FreeBytes(freeBytesFor)) {
    m_pool.setMaxThreadCount(1);
}

ModelFetch::~ModelFetch() {
    m_pool.clear();
    m_pool.waitForDone();
}

QString ModelFetch::state() const {
    switch (m_state) {
    case State::Looking:
        return QStringLiteral("looking");
    case State::Asking:
        return QStringLiteral("asking");
    case State::Short:
        return QStringLiteral("short");
    case State::None:
        break;
    }
    return QStringLiteral("none");
}

QString ModelFetch::name() const {
    return m_asked.model ? m_asked.model->name + QStringLiteral(" · ") + m_asked.quantization : QString();
}

qint64 ModelFetch::downloadBytes() const {
    return converts() ? originalBytes(*m_asked.model, m_asked.fileBytes) : m_asked.fileBytes;
}

qint64 ModelFetch::neededBytes() const {
    const qint64 download = std::max<qint64>(0, downloadBytes() - m_disk.there);
    return converts() ? download + m_asked.fileBytes : download;
}

QString ModelFetch::diskText() const {
    if (!m_asked.model) return {};
    const QString needed = byteText(neededBytes()), free = byteText(m_disk.free);
    if (m_state == State::Short) {
        return tr("About %1 are needed on the disk of %2, and %3 are free. Make room there, or choose a "
                  "smaller quantization.")
            .arg(needed, QDir::toNativeSeparators(m_modelsFolder()), free);
    }
    QString text = converts()
                       ? tr("The original weights are downloaded (about %1), and a file of about %2 is "
                            "made of them on this computer. Both stay on the disk.")
                             .arg(byteText(downloadBytes()), byteText(m_asked.fileBytes))
                       : tr("The download takes about %1.").arg(needed);
    if (m_disk.free >= 0) text += u'\n' + tr("Free on this disk: %1.").arg(free);
    return text;
}

void ModelFetch::ask(const QString& modelId, const QString& quantization, double fileBytes,
                     const QString& warning) {
    const CatalogueModel* model = ModelCatalogue::builtIn().find(modelId);
    if (!model || !model->canBring(quantization)) return;
    m_asked = {model, QString(quantization), qint64(fileBytes), QString(warning)};
    m_disk = {};
    setState(State::Looking);
    // Of a single file the part that is there is known when it is begun; here the folder of weights counts.
    const QString weights = converts() ? m_modelsFolder() + u'/' + model->repository : QString();
    m_pool.clear();
    m_pool.start([this, look = ++m_look, weights, folder = m_modelsFolder(), freeBytes = m_freeBytes] {
        const Disk disk{freeBytes(folder), weights.isEmpty() ? 0 : bytesBelow(weights)};
        QMetaObject::invokeMethod(
            this, [this, look, disk] { looked(look, disk); }, Qt::QueuedConnection);
    });
}

void ModelFetch::looked(int look, const Disk& disk) {
    if (look != m_look || m_state != State::Looking) return; // dismissed, or asked for another one
    m_disk = disk;
    if (disk.free >= 0 && disk.free < neededBytes()) return setState(State::Short);
    if (converts() || !m_asked.warning.isEmpty()) return setState(State::Asking);
    confirm();
}

void ModelFetch::confirm() {
    if (!m_asked.model || m_state == State::Short) return;
    const Asked asked = m_asked;
    dismiss();
    if (m_downloads.addFromCatalogue(asked.model->id, asked.quantization, double(asked.fileBytes)))
        emit began(asked.model->id, asked.quantization);
}

void ModelFetch::dismiss() { setState(State::None); }

void ModelFetch::lookAgain() {
    if (m_asked.model)
        ask(m_asked.model->id, m_asked.quantization, double(m_asked.fileBytes), QString(m_asked.warning));
}

void ModelFetch::setState(State state) {
    m_state = state;
    emit changed();
}

} // namespace ponder
