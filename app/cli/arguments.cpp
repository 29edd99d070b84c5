#include "app/cli/arguments.h"

#include "app/cli/text.h"

#include <cmath>

namespace ponder {
namespace {

Error wrong(const QString& what, const QString& allowed) {
    return Error{ErrorCode::BadArgument, what.toStdString(), allowed.toStdString()};
}

QString dashed(const QString& name) {
    return (name.size() == 1 ? QStringLiteral("-") : QStringLiteral("--")) + name;
}

} // namespace

Arguments::Arguments() {
    flag(QStringLiteral("json"), Cli::tr("Print the result as JSON."));
    m_parser.addOption({{QStringLiteral("h"), QStringLiteral("help")}, Cli::tr("Show this help.")});
}

void Arguments::takesModel(Presence presence) {
    m_takesModel = true;
    m_model = presence;
}

void Arguments::takesWords(const QStringList& names, int optional) {
    m_words = names;
    m_neededWords = names.size() - optional;
}

void Arguments::takesFreeWords() { m_takesFreeWords = true; }

void Arguments::takesDevice() {
    m_takesDevice = true;
    text(QStringLiteral("device"), QStringLiteral("D"),
         Cli::tr("auto, reference, vulkan, vulkan:1 or part of a device's name. The default is auto."),
         Presence::Optional);
    count(QStringLiteral("context"), QStringLiteral("N"),
          Cli::tr("Tokens of context. The default is what the model was trained for, at most 32768."), 0);
    choice(QStringLiteral("kv"), {QStringLiteral("f16"), QStringLiteral("f32"), QStringLiteral("q8_0")},
           Cli::tr("Number format of the attention cache. The default is the device's choice."));
    choice(QStringLiteral("precision"), {QStringLiteral("fast"), QStringLiteral("float")},
           Cli::tr("fast may round activations to eight bits where the device is quicker so; the default."));
    text(QStringLiteral("gpu-layers"), QStringLiteral("auto|N"),
         Cli::tr("Layers on the graphics processor, the others on the processor; auto is as many as fit."),
         Presence::Optional);
    text(QStringLiteral("expert-layers"), QStringLiteral("auto|N"),
         Cli::tr(
             "Mixtures of experts whose experts the processor multiplies, the graphics processor all else; "
             "auto is as few as needed."),
         Presence::Optional);
    count(QStringLiteral("memory"), QStringLiteral("MIB"),
          Cli::tr("Of this computer's memory, at most so much for the model's part on the processor: weights "
                  "beyond it are read from the file as they are used. The default is what is free."),
          0);
    count(QStringLiteral("threads"), QStringLiteral("N"),
          Cli::tr("Threads on the processor; 0 is one for each of its cores."), 0, 0, 1024);
    text(QStringLiteral("adapter"), QStringLiteral("PATH[:STRENGTH]"),
         Cli::tr("A LoRA adapter to run the model with: a GGUF file or a PEFT folder; may be given several "
                 "times."),
         Presence::Optional);
}

void Arguments::flag(const QString& name, const QString& description) {
    m_parser.addOption({name, description});
}

void Arguments::text(const QString& name, const QString& value, const QString& description,
                     Presence presence) {
    m_parser.addOption({name, description, value});
    if (presence == Presence::Required) m_required << name;
}

void Arguments::choice(const QString& name, const QStringList& allowed, const QString& description) {
    text(name, allowed.join(u'|'), description, Presence::Optional);
    m_choices.insert(name, allowed);
}

void Arguments::count(const QString& name, const QString& value, const QString& description, quint64 standard,
                      quint64 smallest, quint64 largest) {
    m_parser.addOption({name, description, value, QString::number(standard)});
    m_ranges.insert(name, {static_cast<double>(smallest), static_cast<double>(largest), true});
}

void Arguments::number(const QString& name, const QString& value, const QString& description, double standard,
                       double smallest, double largest) {
    m_parser.addOption({name, description, value, QString::number(standard)});
    m_ranges.insert(name, {smallest, largest, false});
}

void Arguments::ids(const QString& name, const QString& description, Presence presence) {
    text(name, QStringLiteral("1,2,3"), description, presence);
    m_idLists << name;
}

void Arguments::counts(const QString& name, const QString& description, const QString& standard,
                       quint32 smallest) {
    m_parser.addOption({name, description, QStringLiteral("N,N"), standard});
    m_countLists.insert(name, smallest);
}

Result<void> Arguments::parse(const QStringList& words) {
    if (!m_parser.parse(QStringList{QString()} + words))
        return wrong(m_parser.unknownOptionNames().isEmpty()
                         ? m_parser.errorText()
                         : dashed(m_parser.unknownOptionNames().constFirst()),
                     Cli::tr("this subcommand has no such option, or it lacks its value"));
    if (has(QStringLiteral("help"))) return {};
    const auto given = m_parser.positionalArguments();
    if (!m_takesFreeWords && given.size() > (m_takesModel ? 1 : m_words.size()))
        return wrong(given.constLast(), Cli::tr("it stands where nothing is expected"));
    if (m_takesModel && m_model == Presence::Required && given.isEmpty())
        return wrong(QStringLiteral("MODEL"), Cli::tr("give the path of a .gguf file"));
    if (given.size() < m_neededWords)
        return wrong(m_words.at(given.size()), Cli::tr("it is missing; see --help"));
    for (const QString& name : m_required)
        if (!has(name)) return wrong(dashed(name), Cli::tr("this option is needed"));
    for (auto range = m_ranges.cbegin(); range != m_ranges.cend(); ++range)
        if (const Result<void> good = checkNumber(range.key(), *range); !good) return good;
    for (const char* name : {"gpu-layers", "expert-layers"})
        if (const Result<void> good = checkLayers(QLatin1String(name)); !good) return good;
    for (const QString& name : m_idLists)
        if (const Result<void> good = checkIds(name); !good) return good;
    for (auto list = m_countLists.cbegin(); list != m_countLists.cend(); ++list)
        if (const Result<void> good = checkCounts(list.key(), *list); !good) return good;
    for (auto choice = m_choices.cbegin(); choice != m_choices.cend(); ++choice)
        if (const Result<void> good = checkChoice(choice.key(), *choice); !good) return good;
    return {};
}

Result<void> Arguments::checkNumber(const QString& name, const Range& range) const {
    bool good = false;
    const QString given = m_parser.value(name);
    const double value = range.whole ? static_cast<double>(given.toULongLong(&good)) : given.toDouble(&good);
    if (good && std::isfinite(value) && value >= range.smallest && value <= range.largest) return {};
    return wrong(dashed(name) + u' ' + given,
                 Cli::tr("give a number from %1 to %2")
                     .arg(QString::number(range.smallest, 'g', 20), QString::number(range.largest, 'g', 20)));
}

Result<void> Arguments::checkChoice(const QString& name, const QStringList& allowed) const {
    if (!has(name) || allowed.contains(text(name))) return {};
    return wrong(dashed(name) + u' ' + text(name),
                 Cli::tr("give one of: %1").arg(allowed.join(QStringLiteral(", "))));
}

Result<void> Arguments::checkIds(const QString& name) const {
    if (!has(name)) return {};
    for (const QString& id : text(name).split(u',')) {
        bool good = false;
        id.toUInt(&good);
        if (!good) return wrong(dashed(name), Cli::tr("give token ids separated by commas, as in 1,2,3"));
    }
    return {};
}

Result<void> Arguments::checkCounts(const QString& name, quint32 smallest) const {
    for (const QString& one : text(name).split(u',')) {
        bool good = false;
        if (const quint32 value = one.toUInt(&good); !good || value < smallest)
            return wrong(dashed(name) + u' ' + text(name),
                         Cli::tr("give numbers from %1 on, separated by commas").arg(smallest));
    }
    return {};
}

std::vector<quint32> Arguments::counts(const QString& name) const {
    std::vector<quint32> out;
    for (const QString& one : text(name).split(u','))
        out.push_back(one.toUInt());
    return out;
}

Result<void> Arguments::checkLayers(const QString& name) const {
    if (!m_takesDevice || !has(name) || text(name) == u"auto") return {};
    bool good = false;
    if (text(name).toUShort(&good); good) return {};
    return wrong(dashed(name) + u' ' + text(name), Cli::tr("give auto or a number of layers"));
}

std::vector<TokenId> Arguments::ids(const QString& name) const {
    std::vector<TokenId> out;
    for (const QString& id : text(name).split(u',', Qt::SkipEmptyParts))
        out.push_back(id.toUInt());
    return out;
}

QString Arguments::optionsHelp() const {
    const QString all = m_parser.helpText();
    const QString title = QStringLiteral("Options:\n");
    return all.mid(all.indexOf(title) + title.size());
}

} // namespace ponder
