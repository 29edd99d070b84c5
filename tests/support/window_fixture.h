// The real window over the scripted engine, for tests: a store in a temporary folder, App, Main.qml.
//
// Owner: a test. Thread: GUI. Items are found by object name or by what they are called for screen readers.
#pragma once

#include "app/chat/app.h"
#include "app/chat/fake_chat_engine.h"
#include "app/desktop/window_view.h"
#include "tests/support/test_class.h"

#include <QAccessible>
#include <QQuickItem>
#include <QQuickWindow>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

namespace ponder {

class WindowFixture {
public:
    explicit WindowFixture(const FakeChatEngine::Options& options = quickOptions(),
                           const std::function<void(Store&)>& seed = {})
        : m_store(m_data.path()), m_seeded(fill(m_store, seed)), m_engine(options),
          m_app(m_engine, m_store, fakeModelServices()) {
        m_app.settings()->setLanguage(QStringLiteral("en"));
        m_app.settings()->setReducedMotion(true);
        m_app.settings()->setWindowWidth(1280);
        m_app.settings()->setWindowHeight(800);
        m_loaded = m_view.load(m_app);
        if (m_loaded) window()->requestActivate();
    }

    static FakeChatEngine::Options quickOptions() {
        FakeChatEngine::Options options;
        options.tokensPerSecond = 400;
        options.loadMs = 1;
        options.prefillMs = 1;
        return options;
    }

    bool loaded() const { return m_loaded; }
    App& app() { return m_app; }
    QQuickWindow* window() const { return m_view.window(); }

    bool openModel(const QString& path = QStringLiteral("/models/DeepSeek-R1-Distill-Qwen-7B.gguf")) {
        m_app.library()->open(path);
        return test::waitFor([this] { return m_app.library()->state() == QLatin1String("ready"); });
    }
    bool waitForReply() {
        return test::waitFor([this] { return !m_app.chat()->busy(); });
    }

    // The first shown item under the window (popups included) that the test accepts.
    QQuickItem* find(const std::function<bool(QQuickItem*)>& accepts) const {
        return find(window()->contentItem(), accepts);
    }
    QQuickItem* byObjectName(const QString& name) const {
        return find([&](QQuickItem* item) { return item->objectName() == name; });
    }
    QQuickItem* byAccessibleName(const QString& name) const {
        return find([&](QQuickItem* item) { return accessibleName(item) == name && item->isVisible(); });
    }

    static QString accessibleName(QObject* item) {
        QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(item);
        return interface ? interface->text(QAccessible::Name) : QString();
    }
    static QAccessible::Role accessibleRole(QObject* item) {
        QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(item);
        return interface ? interface->role() : QAccessible::NoRole;
    }
    static QQuickItem* find(QQuickItem* root, const std::function<bool(QQuickItem*)>& accepts) {
        if (!root->isVisible()) return nullptr;
        if (accepts(root)) return root;
        const QList<QQuickItem*> children = root->childItems();
        for (QQuickItem* child : children)
            if (QQuickItem* found = find(child, accepts)) return found;
        return nullptr;
    }

private:
    static bool fill(Store& store, const std::function<void(Store&)>& seed) {
        if (seed) seed(store);
        store.flush();
        return true;
    }

    QTemporaryDir m_data;
    Store m_store;
    bool m_seeded;
    FakeChatEngine m_engine;
    App m_app;
    WindowView m_view;
    bool m_loaded = false;
};

} // namespace ponder
