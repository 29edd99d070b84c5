#include "app/fit/conversion_choices.h"

#include "app/chat/error_text.h"
#include "app/fit/fit_text.h"
#include "app/models/byte_text.h"
#include "app/models/free_space.h"

#include <memory>

namespace ponder {
namespace {

// What is to be known of a type that nobody has rated.
QString wordsFor(const QString& quantization) {
    if (quantization == u"Q2_K") return ConversionChoices::tr("smallest; answers get clearly worse");
    if (quantization == u"Q3_K_M") return ConversionChoices::tr("very small; answers get somewhat worse");
    if (quantization == u"IQ4_XS") return ConversionChoices::tr("a little smaller than Q4_K_M");
    if (quantization == u"IQ4_NL") return ConversionChoices::tr("as IQ4_XS, for rows of any length");
    if (quantization == u"Q4_0") return ConversionChoices::tr("plain four bits, which every program reads");
    if (quantization == u"Q5_0") return ConversionChoices::tr("plain five bits, which every program reads");
    if (quantization == u"MXFP4_MOE") return ConversionChoices::tr("experts in four bits, all else in eight");
    return {};
}

std::vector<AdapterUse> appliedAdapters(const ModelSettings& settings) {
    std::vector<AdapterUse> uses;
    for (const ModelAdapter& adapter : settings.adapters)
        if (adapter.applied && adapter.strength != 0)
            uses.push_back({adapter.path.toStdU16String(), static_cast<float>(adapter.strength)});
    return uses;
}

} // namespace

ConversionChoices::ConversionChoices(FitListModel& fit, LibraryModel& library,
                                     std::function<QString()> modelsFolder, QObject* parent)
    : QAbstractListModel(parent), m_fit(fit), m_library(library), m_modelsFolder(std::move(modelsFolder)) {
    m_pool.setMaxThreadCount(1);
}

ConversionChoices::~ConversionChoices() {
    m_pool.clear();
    m_pool.waitForDone();
}

// What was there goes at once: it belongs to another folder.
template<class Look>
void ConversionChoices::start(Look look) {
    take({});
    m_busy = true;
    emit changed();
    FitQuestion question;
    question.contextTokens = std::uint32_t(m_fit.contextTokens());
    m_pool.clear();
    m_pool.start([this, look, question, number = ++m_question, machine = m_fit.askMachine(),
                  folder = m_modelsFolder()] {
        auto answer = std::make_shared<Answer>(look(machine(), question));
        answer->freeBytes = freeBytesFor(folder);
        QMetaObject::invokeMethod(
            this,
            [this, number, answer] {
                if (number != m_question) return;
                m_busy = false;
                take(std::move(*answer));
            },
            Qt::QueuedConnection);
    });
}

void ConversionChoices::take(Answer answer) {
    beginResetModel();
    m_choices = std::move(answer.choices);
    m_suggested = m_choices.empty() ? -1 : int(answer.suggested);
    m_keepsFormats = answer.keepsFormats;
    m_losesPrecision = answer.losesPrecision;
    m_keepsFourBits = answer.keepsFourBits;
    m_error = std::move(answer.error);
    m_freeBytes = answer.freeBytes;
    endResetModel();
    emit changed();
}

void ConversionChoices::ask(const QString& folder) {
    start([folder](const FitDevice& device, const FitQuestion& question) {
        Answer answer;
        const Result<FolderSummary> summary = inspectFolder(folder.toStdU16String());
        if (!summary || summary->problem) {
            answer.error = summary ? *summary->problem : summary.error();
            return answer;
        }
        answer.choices = folderChoices(*summary, device, question);
        answer.suggested = suggestedChoice(answer.choices);
        answer.keepsFourBits = summary->awq();
        return answer;
    });
}

void ConversionChoices::askMerge(const QString& modelId) {
    const ModelRecord* model = m_library.find(modelId);
    if (!model) return;
    const std::vector<AdapterUse> adapters = appliedAdapters(model->settings);
    start([path = model->path, adapters](const FitDevice& device, const FitQuestion& question) {
        Answer answer;
        Result<MergeChoices> choices = mergeChoices(path.toStdU16String(), adapters, device, question);
        if (!choices) {
            answer.error = choices.error();
            return answer;
        }
        answer.keepsFormats = choices->asItIs.has_value();
        if (choices->asItIs) answer.choices.push_back(*choices->asItIs);
        for (FitChoice& other : choices->others)
            if (!choices->asItIs || other.quantization != choices->asItIs->quantization)
                answer.choices.push_back(std::move(other));
        if (!choices->asItIs) answer.suggested = suggestedChoice(answer.choices);
        answer.losesPrecision = choices->losesPrecision;
        return answer;
    });
}

int ConversionChoices::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant ConversionChoices::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const FitChoice& choice = m_choices[std::size_t(index.row())];
    const bool keeps = m_keepsFormats && index.row() == 0;
    const qint64 missing = qint64(choice.bytes) - m_freeBytes;
    switch (role) {
    case NameRole:
        return keeps ? tr("As it is (%1)").arg(choice.quantization) : choice.quantization;
    case TargetNameRole:
        return choice.quantization;
    case QuantizationRole:
        return keeps ? QString() : choice.quantization;
    case SizeTextRole:
        return byteText(qint64(choice.bytes));
    case QualityTextRole:
        if (choice.quality) return tr("%1 % quality").arg(*choice.quality);
        return m_keepsFourBits ? QString() : wordsFor(choice.quantization);
    case VerdictRole:
        return QLatin1String(verdictName(choice.fit.verdict));
    case VerdictTextRole:
        return verdictText(choice.fit);
    case VerdictDetailRole:
        return verdictDetail(choice.fit);
    case SpeedTextRole:
        return speedText(choice.fit.speed);
    case RoomTextRole:
        return missing > 0 ? tr("The disk needs %1 more for it.").arg(byteText(missing)) : QString();
    default:
        return {};
    }
}

QHash<int, QByteArray> ConversionChoices::roleNames() const {
    return {{NameRole, "name"},
            {TargetNameRole, "targetName"},
            {QuantizationRole, "quantization"},
            {SizeTextRole, "sizeText"},
            {QualityTextRole, "qualityText"},
            {VerdictRole, "verdict"},
            {VerdictTextRole, "verdictText"},
            {VerdictDetailRole, "verdictDetail"},
            {SpeedTextRole, "speedText"},
            {RoomTextRole, "roomText"}};
}

QString ConversionChoices::spaceText() const {
    return m_choices.empty() ? QString() : tr("%1 are free in the models folder.").arg(byteText(m_freeBytes));
}

QString ConversionChoices::note() const {
    if (m_keepsFourBits)
        return tr(
            "AWQ has quantized this model: its four-bit weights stay as they are, and the type is that of "
            "the tables of words.");
    return m_losesPrecision ? tr("This model is quantized already: what the adapters change is rounded anew, "
                                 "which loses a little. An F16 file of it loses least.")
                            : QString();
}

QString ConversionChoices::errorText() const { return m_error ? ponder::errorText(*m_error) : QString(); }

void ConversionChoices::retranslate() {
    if (count() > 0) emit dataChanged(index(0), index(count() - 1));
    emit changed();
}

} // namespace ponder
