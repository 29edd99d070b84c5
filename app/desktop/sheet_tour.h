// The part of the picture tour that shows conversions and adapters: what is held over the window, the
// question before a conversion and a merge, the rows of what goes on, the adapters of a model, models found
// elsewhere.
//
// Takes the application whose window is shown, a folder for files that only look like models, and the tour's
// own ways to wait and to take a picture. Owner: Tour (screenshot_tour.cpp). Thread: GUI. Errors: none; what
// does not appear is not in the pictures.
#pragma once

#include "app/chat/app.h"

#include <QQuickWindow>

#include <functional>

namespace ponder {

struct TourHands {
    std::function<void(const char* state)> grab;
    std::function<bool(const std::function<bool()>& condition, int milliseconds)> wait;
    std::function<QQuickItem*(const QString& objectName)> find;
    std::function<void(Qt::Key key, Qt::KeyboardModifiers modifiers)> press;
};

class SheetTour {
public:
    // `data` is a temporary folder; the settings' models folder is put into it.
    SheetTour(App& app, QQuickWindow* window, QString data, TourHands hands);

    void run();

private:
    void drop();
    void convert();
    void conversions();
    void adapters();
    void found();
    void settle() const;

    App& m_app;
    QQuickWindow* m_window;
    QString m_data;
    TourHands m_hands;
    QString m_weights; // a folder of safetensors
};

} // namespace ponder
