#include "app/models/model_importer.h"

#include "app/chat/error_text.h"
#include "app/models/byte_text.h"
#include "app/models/readme_card.h"

#include <QFileInfo>

#include <algorithm>
#include <memory>
#include <utility>

namespace ponder {

ModelImporter::ModelImporter(LibraryModel& library, ModelCheck check, Folder modelsFolder, QObject* parent)
    : QObject(parent), m_library(library), m_check(std::move(check)),
      m_modelsFolder(std::move(modelsFolder)) {
    m_pool.setMaxThreadCount(1);
}

ModelImporter::~ModelImporter() {
    m_stop.request_stop();
    m_pool.waitForDone();
    dismissUndo();
}

// Runs `job(stop, progress)` on the worker and `done(result)` here; what comes after a cancel is dropped by
// the job itself, which ends early.
template<class Job, class Done>
bool ModelImporter::start(Job job, Done done) {
    if (m_busy) return false;
    dismissProblem();
    m_busy = true;
    m_done = m_all = 0;
    m_stop = std::stop_source();
    emit busyChanged();
    emit progressChanged();
    m_pool.start([this, job = std::move(job), done = std::move(done), stop = m_stop.get_token()] {
        const CopyProgress progress = [this](qint64 bytes, qint64 all) {
            QMetaObject::invokeMethod(
                this,
                [this, bytes, all] {
                    m_done = bytes;
                    m_all = all;
                    emit progressChanged();
                },
                Qt::QueuedConnection);
        };
        auto result = std::make_shared<decltype(job(stop, progress))>(job(stop, progress));
        QMetaObject::invokeMethod(
            this,
            [this, done, result] {
                m_busy = false;
                m_done = m_all = 0;
                emit busyChanged();
                emit progressChanged();
                done(*result);
            },
            Qt::QueuedConnection);
    });
    return true;
}

QString ModelImporter::progressText() const {
    if (!m_busy) return {};
    if (m_all <= 0) return tr("Checking the files");
    return tr("Copying, %1 of %2").arg(byteText(m_done), byteText(m_all));
}

bool ModelImporter::add(const QList<QUrl>& urls, bool copy) {
    const AddingOptions options{copy, m_modelsFolder()};
    return start(
        [urls, options, check = m_check](const std::stop_token& stop, const CopyProgress& progress) {
            return addModels(urls, options, check, progress, stop);
        },
        [this](const AddingResult& result) { finish(result, {}); });
}

bool ModelImporter::add(const ModelRecord& found) {
    const AddingOptions options{false, m_modelsFolder()};
    return start(
        [path = found.path, options, check = m_check](const std::stop_token& stop,
                                                      const CopyProgress& progress) {
            return addModels({QUrl::fromLocalFile(path)}, options, check, progress, stop);
        },
        [this, found](const AddingResult& result) { finish(result, found); });
}

bool ModelImporter::handOver(const RecognizedModel& row) {
    if (row.convertible) {
        emit conversionAsked(row.path, row.title);
        return true;
    }
    if (!isAdapter(row) || !m_attacher || !m_attacher(row.path)) return false;
    emit adapterAsked(row.path);
    return true;
}

void ModelImporter::finish(const AddingResult& result, const ModelRecord& like) {
    QStringList problems, ids;
    for (const RecognizedModel& row : result.refused)
        if (!handOver(row))
            problems << QStringLiteral("%1: %2 %3").arg(row.title, row.reason, row.remedy).trimmed();
    Undo undo;
    for (const AddedModel& one : result.added) {
        ModelRecord record = one.record;
        if (!one.copied()) takeOver(record, like);
        const bool known = m_library.findPath(record.path) != nullptr;
        ids << m_library.put(record);
        if (known) continue;
        undo.kind = Undo::Kind::Added;
        undo.models << *m_library.find(ids.last());
        undo.files << one.copies;
    }
    if (undo.kind != Undo::Kind::None) setUndo(std::move(undo));
    setProblem(problems.join(u'\n'));
    emit added(ids);
}

bool ModelImporter::locate(const QString& id, const QString& pathOrUrl) {
    if (!m_library.find(id)) return false;
    const bool url = pathOrUrl.startsWith(QLatin1String("file:"));
    const QString path = url ? QUrl(pathOrUrl).toLocalFile() : pathOrUrl;
    return start([path, check = m_check](const std::stop_token&, const CopyProgress&) { return check(path); },
                 [this, id](const Result<ModelRecord>& found) { finishLocating(id, found); });
}

void ModelImporter::finishLocating(const QString& id, const Result<ModelRecord>& found) {
    const ModelRecord* lost = m_library.find(id);
    if (!lost) return;
    if (!found) return setProblem(errorText(found.error()));
    if (!isSameModel(*lost, *found))
        return setProblem(tr("That is another model: %1 (%2, %3). Add it as a model of its own.")
                              .arg(found->name, found->quantization, byteText(found->bytes)));
    const QString oldPath = lost->path;
    m_library.move(id, found->path);
    m_library.put(*found); // and what an older version did not know of it
    emit located(id, oldPath);
}

void ModelImporter::cancel() { m_stop.request_stop(); }

void ModelImporter::remove(const QString& id, bool deleteFile) {
    const ModelRecord* model = m_library.find(id);
    if (!model) return;
    Undo undo{Undo::Kind::Removed, {*model}, {}};
    if (deleteFile && model->owned()) undo.files = partsOf(model->path);
    const QString path = model->path;
    m_library.remove(id);
    setUndo(std::move(undo));
    emit removed(path);
}

QString ModelImporter::deleteQuestion(const QString& id) const {
    const ModelRecord* model = m_library.find(id);
    if (!model || !model->owned() || m_library.isMissing(id)) return {};
    return tr("Delete the file too? %1 lies in Ponder's own folder and takes %2.")
        .arg(model->label(), byteText(model->bytes));
}

QString ModelImporter::undoText() const {
    switch (m_undo.kind) {
    case Undo::Kind::Added:
        return tr("%n model(s) added", nullptr, int(m_undo.models.size()));
    case Undo::Kind::Removed:
        return tr("%1 removed").arg(m_undo.models.first().label());
    case Undo::Kind::None:
        break;
    }
    return {};
}

void ModelImporter::undo() {
    const Undo last = std::exchange(m_undo, {});
    for (const ModelRecord& model : last.models) {
        if (last.kind == Undo::Kind::Added)
            m_library.remove(model.id);
        else
            m_library.put(model);
    }
    if (last.kind == Undo::Kind::Added) {
        for (const ModelRecord& model : last.models)
            emit removed(model.path);
        deleteCopies(last.files);
    }
    emit undoChanged();
}

void ModelImporter::dismissUndo() { setUndo({}); }

void ModelImporter::setUndo(Undo next) {
    const Undo last = std::exchange(m_undo, std::move(next));
    if (last.kind == Undo::Kind::Removed) deleteCopies(last.files);
    emit undoChanged();
}

void ModelImporter::setProblem(const QString& text) {
    if (std::exchange(m_problem, text) != text) emit problemTextChanged();
}

void ModelImporter::dismissProblem() { setProblem({}); }

QVariantMap ModelImporter::card(const QString& id) const {
    const ModelRecord* model = m_library.find(id);
    if (!model) return {};
    const ReadmeCard card = readReadmeCard(model->path);
    return {{QStringLiteral("text"), card.text},
            {QStringLiteral("licence"), model->licence.isEmpty() ? card.licence : model->licence},
            {QStringLiteral("licenceText"), card.licenceText}};
}

} // namespace ponder
