#include "app/models/model_settings_model.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <array>
#include <memory>

namespace ponder {
namespace {

struct Field {
    const char* key; // as ModelSettings::toJson() writes it
    const char* label;
    const char* kind;
    double least, most;
};

constexpr double kMostTokens = 1 << 24;
constexpr std::array kFields{
    Field{"temperature", QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Temperature"), "number", 0, 2},
    Field{"topP", QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Top-p"), "number", 0, 1},
    Field{"topK", QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Top-k"), "whole", 0, 1000},
    Field{"minP", QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Min-p"), "number", 0, 1},
    Field{"maxTokens", QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Longest reply"), "whole", 1,
          kMostTokens},
    Field{"instruction", QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Instruction"), "text", 0, 0},
    Field{"contextTokens", QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Context"), "whole", 1,
          kMostTokens},
    Field{"gpuLayers", QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Layers on the graphics processor"),
          "whole", ModelSettings::kLayersThatFit, 65535},
    Field{"expertLayers",
          QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Layers with experts on the processor"), "whole",
          ModelSettings::kLayersThatFit, 65535},
    Field{"kvType", QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Number format of the context"), "choice",
          0, 0},
    Field{"chatTemplate", QT_TRANSLATE_NOOP("ponder::ModelSettingsModel", "Chat template"), "text", 0, 0},
};

QJsonObject objectOf(const ModelSettings& settings) {
    return QJsonDocument::fromJson(settings.toJson().toUtf8()).object();
}

ModelSettings fromObject(const QJsonObject& json) {
    return ModelSettings::fromJson(QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact)));
}

} // namespace

ModelSettingsModel::ModelSettingsModel(LibraryModel& library, Settings& forAll, QObject* parent)
    : QAbstractListModel(parent), m_library(library), m_forAll(forAll) {
    m_pool.setMaxThreadCount(1);
    const auto refresh = [this] {
        emit dataChanged(index(0), index(rowCount() - 1));
        emit valuesChanged();
    };
    connect(&library, &LibraryModel::settingsChanged, this, [this, refresh](const QString& id) {
        if (id == m_id) refresh();
    });
    for (const auto changed : {&Settings::temperatureChanged, &Settings::topPChanged,
                               &Settings::instructionChanged, &Settings::contextTokensChanged})
        connect(&forAll, changed, this, refresh);
}

ModelSettingsModel::~ModelSettingsModel() { m_pool.waitForDone(); }

ModelSettings ModelSettingsModel::settings() const {
    const ModelRecord* model = m_library.find(m_id);
    return model ? model->settings : ModelSettings();
}

bool ModelSettingsModel::anyChosen() const {
    ModelSettings chosen = settings();
    chosen.adapters.clear(); // they have a place of their own, as the thoughts have in the composer
    chosen.thinking = {};
    return chosen != ModelSettings();
}

QString ModelSettingsModel::name() const {
    const ModelRecord* model = m_library.find(m_id);
    return model ? model->label() : QString();
}

int ModelSettingsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(kFields.size());
}

QVariant ModelSettingsModel::recommended(const QString& key) const {
    if (key == u"topK") return 0;
    if (key == u"minP") return 0.0;
    if (key == u"instruction" || key == u"chatTemplate" || key == u"kvType") return QString();
    if (!m_advice) return {};
    if (key == u"temperature") return m_advice->facts.temperature;
    if (key == u"topP") return m_advice->facts.topP;
    if (key == u"maxTokens") return m_advice->facts.maxTokens;
    return {}; // context and layers: what fits
}

// What was chosen for this model, else for all models, else what is recommended.
QVariant ModelSettingsModel::valueFor(const QString& key) const {
    const QJsonObject chosen = objectOf(settings());
    if (chosen.contains(key)) return chosen.value(key).toVariant();
    if (key == u"temperature" && m_forAll.temperature() >= 0) return m_forAll.temperature();
    if (key == u"topP" && m_forAll.topP() >= 0) return m_forAll.topP();
    if (key == u"contextTokens" && m_forAll.contextTokens() > 0) return m_forAll.contextTokens();
    if (key == u"instruction") return m_forAll.instruction();
    return recommended(key);
}

// What was chosen stays in sight, so that it can be taken back.
bool ModelSettingsModel::isShown(const QString& key) const {
    if (key != u"expertLayers") return true;
    return (m_advice && m_advice->mixtures > 0) || objectOf(settings()).contains(key);
}

QVariant ModelSettingsModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= rowCount()) return {};
    const Field& field = kFields[std::size_t(index.row())];
    const QString key = QLatin1String(field.key);
    switch (role) {
    case KeyRole:
        return key;
    case LabelRole:
        return tr(field.label);
    case KindRole:
        return QLatin1String(field.kind);
    case ValueRole:
        return valueFor(key);
    case ChosenRole:
        return objectOf(settings()).contains(key);
    case RecommendedRole:
        return recommended(key);
    case AdviceRole:
        return m_advice ? adviceText(key, *m_advice) : QString();
    case LeastRole:
        return field.least;
    case MostRole:
        if (key == u"gpuLayers" && m_advice) return double(m_advice->layers);
        return key == u"expertLayers" && m_advice ? double(m_advice->mixtures) : field.most;
    case ChoicesRole:
        return key == u"kvType" ? QStringList{QString(), QStringLiteral("f16"), QStringLiteral("q8_0"),
                                              QStringLiteral("f32")}
                                : QStringList();
    case ShownRole:
        return isShown(key);
    default:
        return {};
    }
}

QHash<int, QByteArray> ModelSettingsModel::roleNames() const {
    return {{KeyRole, "key"},         {LabelRole, "name"},    {KindRole, "kind"},
            {ValueRole, "value"},     {ChosenRole, "chosen"}, {RecommendedRole, "recommended"},
            {AdviceRole, "advice"},   {LeastRole, "least"},   {MostRole, "most"},
            {ChoicesRole, "choices"}, {ShownRole, "shown"}};
}

void ModelSettingsModel::open(const QString& modelId) {
    m_id = m_library.find(modelId) ? modelId : QString();
    m_advice.reset();
    askForAdvice();
    emit dataChanged(index(0), index(rowCount() - 1));
    emit opened();
    emit valuesChanged();
}

void ModelSettingsModel::askForAdvice() {
    const ModelRecord* model = m_library.find(m_id);
    const int question = ++m_question;
    m_busy = model != nullptr;
    emit adviceChanged();
    if (!model) return;
    m_pool.start([this, question, path = model->path, own = model->settings.chatTemplate] {
        auto advice = std::make_shared<Result<ModelAdvice>>(advise(path, own));
        QMetaObject::invokeMethod(
            this,
            [this, question, advice] {
                if (question != m_question) return;
                m_busy = false;
                m_advice.reset(); // also where the file is not there
                if (*advice) m_advice = **advice;
                emit dataChanged(index(0), index(rowCount() - 1));
                emit adviceChanged();
            },
            Qt::QueuedConnection);
    });
}

bool ModelSettingsModel::change(const ModelSettings& next) {
    const ModelSettings before = settings();
    if (!m_library.find(m_id)) return false;
    m_library.setSettings(m_id, next);
    if (before.chatTemplate != next.chatTemplate) askForAdvice();
    return true;
}

bool ModelSettingsModel::set(const QString& key, const QVariant& value) {
    QJsonObject json = objectOf(settings());
    const QJsonValue wanted = QJsonValue::fromVariant(value);
    json.insert(key, wanted);
    const ModelSettings next = fromObject(json);
    // An empty choice or template is the same as none.
    const bool empty = wanted.isString() && wanted.toString().trimmed().isEmpty();
    if (!objectOf(next).contains(key) && !empty) return false;
    return change(next);
}

void ModelSettingsModel::reset(const QString& key) {
    QJsonObject json = objectOf(settings());
    json.remove(key);
    change(fromObject(json));
}

void ModelSettingsModel::resetAll() {
    ModelSettings next;
    next.adapters = settings().adapters;
    next.thinking = settings().thinking;
    change(next);
}

void ModelSettingsModel::retranslate() {
    emit dataChanged(index(0), index(rowCount() - 1), {LabelRole, AdviceRole});
}

} // namespace ponder
