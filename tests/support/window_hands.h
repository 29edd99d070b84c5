// What a user's hands do in a window test: press a button by its name, drag things over the window, type.
//
// Owner: free functions and values of a test. Thread: GUI.
#pragma once

#include "tests/support/window_fixture.h"

#include <QDragEnterEvent>
#include <QMimeData>

namespace ponder::test {

inline QQuickItem* textItem(WindowFixture& fixture, const QString& text) {
    return fixture.find([&](QQuickItem* item) { return item->property("text").toString() == text; });
}
inline bool textShown(WindowFixture& fixture, const QString& text) { return textItem(fixture, text); }

// Some text with these words in it.
inline bool wordsShown(WindowFixture& fixture, const QString& words) {
    return fixture.find([&](QQuickItem* item) { return item->property("text").toString().contains(words); });
}

inline QQuickItem* button(WindowFixture& fixture, const QString& name, const QString& type = {}) {
    return fixture.find([&](QQuickItem* item) {
        return WindowFixture::accessibleName(item) == name &&
               item->metaObject()->indexOfMethod("activate()") >= 0 &&
               QString::fromLatin1(item->metaObject()->className()).startsWith(type);
    });
}

inline void press(WindowFixture& fixture, const QString& name, const QString& type = {}) {
    QTRY_VERIFY2(button(fixture, name, type), qPrintable(name));
    QVERIFY(QMetaObject::invokeMethod(button(fixture, name, type), "activate"));
}

// Something that is dragged over the window from elsewhere.
class Drag {
public:
    Drag(WindowFixture& fixture, const QList<QUrl>& urls) : m_fixture(fixture) {
        m_mime.setUrls(urls);
        QDragEnterEvent enter(QPoint(600, 200), Qt::CopyAction, &m_mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(fixture.window(), &enter);
    }
    void move(const QPoint& to) {
        QDragMoveEvent move(to, Qt::CopyAction, &m_mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_fixture.window(), &move);
    }
    void drop(const QPointF& at = {600, 200}) {
        QDropEvent drop(at, Qt::CopyAction, &m_mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_fixture.window(), &drop);
    }

private:
    WindowFixture& m_fixture;
    QMimeData m_mime;
};

// Adds a file to the library and opens its sheet on the page of models.
inline bool openModelSheet(WindowFixture& fixture, const QUrl& file) {
    if (!fixture.loaded() || !fixture.app().library()->importer()->add(QList<QUrl>{file})) return false;
    const LibraryModel* models = fixture.app().library()->models();
    if (!waitFor([&] { return models->count() == 1; })) return false;
    QTest::keyClick(fixture.window(), Qt::Key_M, Qt::ControlModifier);
    fixture.app().fit()->setFilter(QStringLiteral("here"));
    const FitListModel* fit = fixture.app().fit();
    if (!waitFor([&] { return fit->count() == 1 && !fit->busy(); })) return false;
    QTest::qWait(50); // the row takes the keyboard
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    return waitFor([&] { return fixture.byAccessibleName(QStringLiteral("Rename")) != nullptr; });
}

} // namespace ponder::test
