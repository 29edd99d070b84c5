#include "app/desktop/sheet_tour.h"

#include "app/chat/fake_model_files.h"
#include "app/chat/fake_weights_folder.h"

#include <QDir>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QQuickItem>

namespace ponder {

SheetTour::SheetTour(App& app, QQuickWindow* window, QString data, TourHands hands)
    : m_app(app), m_window(window), m_data(std::move(data)), m_hands(std::move(hands)),
      m_weights(writeWeightsFolder(m_data, QStringLiteral("sunxiaochuan-v1-3b"))) {
    m_app.settings()->setModelsFolder(m_data + QStringLiteral("/models"));
    QDir().mkpath(m_data + QStringLiteral("/models"));
}

void SheetTour::run() {
    drop();
    convert();
    conversions();
    adapters();
    found();
}

void SheetTour::settle() const {
    m_hands.wait([] { return false; }, 250);
}

// A model, a folder of weights, a part without the others, and something else.
void SheetTour::drop() {
    QFile other(m_data + QStringLiteral("/pytorch_model.bin"));
    if (other.open(QIODevice::WriteOnly)) other.write("PK\3\4");
    other.close();
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(writeModelOutline(
                      m_data, QStringLiteral("deepseek-r1-distill-llama-8b"), QStringLiteral("Q6_K"))),
                  QUrl::fromLocalFile(m_weights),
                  QUrl::fromLocalFile(writeModelOutline(
                      m_data, QStringLiteral("deepseek-r1-distill-llama-70b"), QStringLiteral("Q4_K_M"), 9)),
                  QUrl::fromLocalFile(other.fileName())});
    QDragEnterEvent enter(QPoint(600, 400), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_window, &enter);
    m_hands.wait([this] { return !m_app.library()->preview()->busy(); }, 10'000);
    m_hands.grab("drop");
    QDragLeaveEvent leave;
    QCoreApplication::sendEvent(m_window, &leave);
}

void SheetTour::convert() {
    emit m_app.library()->importer()->conversionAsked(m_weights, QStringLiteral("SunXiaochuan-V1-3B"));
    m_hands.wait([this] { return m_app.conversionChoices()->count() > 0; }, 10'000);
    settle();
    m_hands.grab("convert");
    m_hands.press(Qt::Key_Escape, Qt::NoModifier);
    settle();
}

// One that failed, one that runs and one that is paused.
void SheetTour::conversions() {
    ConversionJobs* jobs = m_app.conversions();
    const auto state = [jobs](int row) {
        return jobs->index(row).data(ConversionJobs::StateRole).toString();
    };
    m_hands.press(Qt::Key_M, Qt::ControlModifier);
    jobs->start(m_data + QStringLiteral("/DeepSeek-R1-Distill-Llama-8B"), QStringLiteral("Q8_0"));
    jobs->start(m_weights, QStringLiteral("Q4_K_M"));
    jobs->start(m_weights, QStringLiteral("F16"));
    jobs->pause(2);
    const auto progress = [jobs] { return jobs->index(1).data(ConversionJobs::ProgressRole).toDouble(); };
    m_hands.wait([&] { return state(1) == QLatin1String("running") && progress() > 0.02; }, 20'000);
    m_hands.grab("conversions");
    while (jobs->count() > 0) {
        jobs->cancel(jobs->count() - 1);
        settle(); // the one that runs ends in its own time
    }
}

void SheetTour::adapters() {
    const ModelRecord* loaded = m_app.library()->models()->findPath(m_app.library()->path());
    if (!loaded) return;
    AdapterModel* adapters = m_app.library()->adapters();
    const QString base = QStringLiteral("deepseek-r1-distill-qwen-7b");
    adapters->open(QString(loaded->id));
    for (const char* name : {"math-notes", "gentle-tone"})
        adapters->add(writeAdapterOutline(m_data, QString::fromLatin1(name), base));
    m_hands.wait([&] { return adapters->count() == 2; }, 5'000);
    adapters->setStrength(0, 0.6);
    adapters->setApplied(1, false);
    emit m_app.library()->importer()->adapterAsked({});
    adapters->add(m_data + QStringLiteral("/llama-tone-fail.gguf"));
    m_hands.wait([&] { return !adapters->busy(); }, 5'000);
    settle();
    m_hands.grab("adapters");
    if (QQuickItem* merge = m_hands.find(QStringLiteral("mergeButton"))) {
        QMetaObject::invokeMethod(merge, "activate");
        m_hands.wait([this] { return m_app.conversionChoices()->count() > 0; }, 10'000);
        settle();
        m_hands.grab("merge");
        m_hands.press(Qt::Key_Escape, Qt::NoModifier);
        settle();
    }
    m_hands.press(Qt::Key_Escape, Qt::NoModifier);
    while (adapters->count() > 0)
        adapters->remove(0);
    settle();
}

// Put into the models folder by hand.
void SheetTour::found() {
    const QString folder = m_data + QStringLiteral("/models");
    writeModelOutline(folder, QStringLiteral("deepseek-r1-distill-qwen-1.5b"), QStringLiteral("Q8_0"));
    writeModelOutline(folder, QStringLiteral("deepseek-r1-distill-qwen-14b"), QStringLiteral("Q4_K_M"));
    m_app.library()->found()->refresh();
    m_hands.wait([this] { return m_app.library()->found()->offered() > 1; }, 10'000);
    settle();
    if (QQuickItem* show = m_hands.find(QStringLiteral("showFound"))) {
        QMetaObject::invokeMethod(show, "activate");
        settle();
        m_hands.grab("found");
        m_hands.press(Qt::Key_Escape, Qt::NoModifier);
    }
    QDir(folder).removeRecursively();
    m_app.library()->found()->refresh();
    m_hands.press(Qt::Key_N, Qt::ControlModifier);
    settle();
}

} // namespace ponder
