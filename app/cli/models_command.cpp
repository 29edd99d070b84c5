// ponder-cli models: the window's library from the command line: list, add, found, rename, locate, remove.
#include "app/cli/command.h"
#include "app/cli/text.h"
#include "app/models/byte_text.h"
#include "app/models/engine_services.h"
#include "app/models/found_models.h"
#include "app/models/models_folder.h"

#include <QDateTime>
#include <QFileInfo>
#include <nlohmann/json.hpp>

namespace ponder {
namespace {

std::string text(const QString& value) { return value.toStdString(); }

Json toJson(const ModelRecord& model) {
    Json languages = Json::array();
    for (const QString& language : model.languages)
        languages.push_back(text(language));
    return {{"id", text(model.id)},
            {"name", text(model.label())},
            {"path", text(model.path)},
            {"missing", !QFileInfo::exists(model.path)},
            {"source", text(sourceName(model.source))},
            {"family", text(model.family)},
            {"architecture", text(model.architecture)},
            {"quantization", text(model.quantization)},
            {"bytes", model.bytes},
            {"parameters", model.parameters},
            {"layers", model.layers},
            {"trained_context", model.trainedContext},
            {"licence", text(model.licence)},
            {"languages", languages},
            {"added_ms", model.added},
            {"last_used_ms", model.lastUsed},
            {"settings", Json::parse(text(model.settings.toJson()), nullptr, false)}};
}

Json toJson(const RecognizedModel& row) {
    Json missing = Json::array();
    for (const QString& name : row.missing)
        missing.push_back(text(name));
    return {{"name", text(row.title)},    {"path", text(row.path)},    {"detail", text(row.detail)},
            {"bytes", row.bytes},         {"missing", missing},        {"usable", row.addable},
            {"reason", text(row.reason)}, {"remedy", text(row.remedy)}};
}

// One word after the other of `ponder-cli models ...`, over the window's history.
class Shelf {
public:
    Shelf(const Invocation& call, Database& database)
        : m_call(call), m_table(database.connection()), m_models(m_table.models()) {}

    int list() const;
    int add();
    int found() const;
    int rename();
    int locate();
    int remove();

private:
    const Console& console() const { return m_call.console; }
    QString word(qsizetype index) const { return m_call.arguments.word(index); }
    const ModelRecord* find(const QString& name) const;
    Result<ModelRecord> named() const; // the second word's
    int save(const ModelRecord& model, bool done);
    void say(const RecognizedModel& refused) const;
    int wrong(const QString& what, const QString& why) const {
        return console().fail({ErrorCode::BadArgument, text(what), text(why)});
    }

    const Invocation& m_call;
    ModelTable m_table;
    QList<ModelRecord> m_models;
};

// By id or its beginning, by path, or by name.
const ModelRecord* Shelf::find(const QString& name) const {
    const QString path = QFileInfo(name).absoluteFilePath();
    for (const ModelRecord& model : m_models)
        if (model.id == name || model.path == path) return &model;
    for (const ModelRecord& model : m_models)
        if (model.label().compare(name, Qt::CaseInsensitive) == 0 ||
            (name.size() > 3 && model.id.startsWith(name)))
            return &model;
    return nullptr;
}

Result<ModelRecord> Shelf::named() const {
    if (const ModelRecord* model = find(word(1)); model && !word(1).isEmpty()) return *model;
    return Error{ErrorCode::BadArgument, text(word(1).isEmpty() ? QStringLiteral("MODEL") : word(1)),
                 text(Cli::tr("give the name, id or path of a model in the library"))};
}

int Shelf::save(const ModelRecord& model, bool done) {
    if (!done)
        return console().fail({ErrorCode::FileUnwritable, text(model.path), text(m_table.errorText())});
    if (console().json()) console().value(toJson(model));
    return kDone;
}

void Shelf::say(const RecognizedModel& refused) const {
    console().note(QStringLiteral("%1: %2 %3").arg(refused.title, refused.reason, refused.remedy).trimmed());
}

int Shelf::list() const {
    Json list = Json::array();
    for (const ModelRecord& model : m_models) {
        list.push_back(toJson(model));
        if (console().json()) continue;
        const QString state = QFileInfo::exists(model.path) ? QString() : u' ' + Cli::tr("(missing)");
        console().line(model.id.left(8) + QStringLiteral("  ") + model.label() + QStringLiteral("  ") +
                       model.quantization + QStringLiteral("  ") + byteText(model.bytes) +
                       QStringLiteral("  ") + model.path + state);
    }
    if (console().json()) console().value({{"models", list}});
    return kDone;
}

int Shelf::add() {
    const QStringList paths = m_call.arguments.words().mid(1);
    if (paths.isEmpty()) return wrong(QStringLiteral("PATH"), Cli::tr("give a file or folder to add"));
    QList<QUrl> urls;
    for (const QString& path : paths)
        urls << (path.contains(QLatin1String("://"))
                     ? QUrl(path)
                     : QUrl::fromLocalFile(QFileInfo(path).absoluteFilePath()));
    const Interrupt::Guard guard(m_call.interrupt);
    const CopyProgress progress = [this](qint64 done, qint64 all) {
        console().progress(Cli::tr("copying, %1 of %2").arg(byteText(done), byteText(all)));
    };
    const AddingResult result =
        addModels(urls, {m_call.arguments.has(QStringLiteral("copy")), modelsFolder()}, checkModelFile,
                  progress, guard.token());
    console().progress({});
    if (result.cancelled) return console().fail({ErrorCode::Cancelled, {}, {}});
    Json added = Json::array(), refused = Json::array();
    for (const AddedModel& one : result.added) {
        ModelRecord record = one.record;
        if (const ModelRecord* known = find(record.path)) {
            record = *known; // what the user chose stays
        } else {
            record.id = ModelTable::newId();
            record.added = QDateTime::currentMSecsSinceEpoch();
            if (!m_table.save(record)) return save(record, false);
            m_models << record;
        }
        added.push_back(toJson(record));
        if (!console().json()) console().line(record.id.left(8) + QStringLiteral("  ") + record.label());
    }
    for (const RecognizedModel& row : result.refused) {
        refused.push_back(toJson(row));
        say(row);
    }
    if (console().json()) console().value({{"added", added}, {"refused", refused}});
    return result.refused.isEmpty() ? kDone : kBadFile;
}

int Shelf::found() const {
    Json list = Json::array();
    for (const FoundModel& model : findModels(FoundPlaces::ofThisComputer(modelsFolder()))) {
        Json row = toJson(model.row);
        row["source"] = text(sourceName(model.record.source));
        row["file"] = text(model.record.path);
        row["added"] = find(model.record.path) != nullptr;
        list.push_back(row);
        if (console().json()) continue;
        if (model.row.addable)
            console().line(model.row.title + QStringLiteral("  ") + model.row.detail + QStringLiteral("  ") +
                           model.row.path);
        else
            say(model.row);
    }
    if (console().json()) console().value({{"found", list}});
    return kDone;
}

int Shelf::rename() {
    Result<ModelRecord> model = named();
    if (!model) return console().fail(model.error());
    model->title = word(2).simplified();
    if (model->title == model->name) model->title.clear();
    return save(*model, m_table.save(*model));
}

int Shelf::locate() {
    Result<ModelRecord> model = named();
    if (!model) return console().fail(model.error());
    const auto found = checkModelFile(QFileInfo(word(2)).absoluteFilePath());
    if (!found) return console().fail(found.error());
    if (!isSameModel(*model, *found))
        return wrong(word(2), Cli::tr("this is another model; add it as a model of its own"));
    model->path = found->path;
    model->fingerprint = found->fingerprint;
    return save(*model, m_table.save(*model));
}

int Shelf::remove() {
    const Result<ModelRecord> model = named();
    if (!model) return console().fail(model.error());
    const bool deleting = m_call.arguments.has(QStringLiteral("delete"));
    if (deleting && !model->owned())
        return wrong(QStringLiteral("--delete"),
                     Cli::tr("this file is not Ponder's own, so it can only be forgotten"));
    const QStringList files = deleting ? partsOf(model->path) : QStringList();
    const int done = save(*model, m_table.remove(model->id));
    if (done == kDone) deleteCopies(files);
    return done;
}

int runModels(const Invocation& call) {
    Result<Database> database =
        Database::openBeside(Database::defaultFolder(), QStringLiteral("ponder-cli-models"));
    if (!database) return call.console.fail(database.error());
    Shelf shelf(call, *database);
    const QString what = call.arguments.word(0);
    if (what.isEmpty() || what == u"list") return shelf.list();
    if (what == u"add") return shelf.add();
    if (what == u"found") return shelf.found();
    if (what == u"rename") return shelf.rename();
    if (what == u"locate") return shelf.locate();
    if (what == u"remove") return shelf.remove();
    return call.console.fail(
        {ErrorCode::BadArgument, text(what),
         text(Cli::tr("give one of: %1").arg(QStringLiteral("list, add, found, rename, locate, remove")))});
}

} // namespace

const Command kModelsCommand{
    "models",
    "[list | add PATH... | found | rename MODEL TITLE | locate MODEL PATH | remove MODEL] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Shows and changes the library of models, which the window uses too."),
    "models\nmodels add model.gguf ~/models\nmodels add /media/stick/model.gguf --copy\nmodels found\n"
    "models rename \"DeepSeek R1 Distill Qwen 7B\" R1\nmodels remove R1 --json",
    [](Arguments& arguments) {
        arguments.takesFreeWords();
        arguments.flag(QStringLiteral("copy"), Cli::tr("Copies what is added into Ponder's own folder."));
        arguments.flag(QStringLiteral("delete"),
                       Cli::tr("Deletes the file of a removed model too, where it is Ponder's own."));
    },
    runModels,
    QT_TRANSLATE_NOOP(
        "ponder::Cli",
        "Models are used where they lie, those on removable media are copied. A file, any part of "
        "a split set, a folder of many models, and Ollama's folder can be added. Removing a model "
        "only forgets it.")};

} // namespace ponder
