// The blocks of an answer while they grow.
#include "tests/support/test_class.h"
#include "tests/support/window_fixture.h"

#include <QQmlComponent>
#include <QQmlEngine>
#include <QTextDocument>
#include <QtQuick/QQuickTextDocument>

using namespace ponder;

class BlocksTest : public QObject {
    Q_OBJECT
private slots:
    void aListThatGrowsShowsEveryMarkerAndText() {
        const auto block = make("ListBlock { width: 300; items: [] }");
        QVERIFY(block);
        QVariantList items{item(u"1.", u"one")};
        block->setProperty("items", items);
        QCOMPARE(texts(block.get()), QStringList({QStringLiteral("1."), QStringLiteral("one")}));
        items << item(u"", u"2");
        block->setProperty("items", items);
        items.last() = item(u"2.", u"two");
        block->setProperty("items", items);
        QCOMPARE(texts(block.get()), QStringList({QStringLiteral("1."), QStringLiteral("one"),
                                                  QStringLiteral("2."), QStringLiteral("two")}));
        items.removeLast();
        block->setProperty("items", items);
        QCOMPARE(texts(block.get()).size(), 2);
    }

    void aTableThatGrowsKeepsItsCells() {
        const auto block = make("TableBlock { width: 300; header: ['a', 'b']; rows: []; align: [] }");
        QVERIFY(block);
        const QVariantList row{QStringLiteral("1"), QStringLiteral("2")};
        block->setProperty("rows", QVariantList{QVariant(row)});
        QCOMPARE(texts(block.get()), QStringList({QStringLiteral("a"), QStringLiteral("b"),
                                                  QStringLiteral("1"), QStringLiteral("2")}));
    }

    void codeKeepsItsTextAndNamesItsLanguage() {
        const auto block = make("CodeBlock { width: 300; code: 'int a;'; language: 'cpp' }");
        QVERIFY(block);
        block->setProperty("code", QStringLiteral("int a;\nint b;"));
        QVERIFY(texts(block.get()).contains(QStringLiteral("int a;\nint b;")));
    }

private:
    static QVariant item(QStringView marker, QStringView text) {
        return QVariantMap{{QStringLiteral("marker"), marker.toString()},
                           {QStringLiteral("html"), text.toString()},
                           {QStringLiteral("depth"), 0}};
    }
    std::unique_ptr<QQuickItem> make(const QByteArray& qml) {
        m_engine.addImportPath(QStringLiteral("qrc:/"));
        QQmlComponent component(&m_engine);
        component.setData("import QtQuick\nimport Ponder.Ui.Chat\n" + qml, QUrl());
        std::unique_ptr<QQuickItem> made(qobject_cast<QQuickItem*>(component.create()));
        if (!made) qWarning("%s", qPrintable(component.errorString()));
        return made;
    }
    // The texts of the text edits, in order.
    static QStringList texts(QQuickItem* root) {
        QStringList found;
        const auto* document = root->property("textDocument").value<QQuickTextDocument*>();
        if (document) found << document->textDocument()->toPlainText();
        const QList<QQuickItem*> children = root->childItems();
        for (QQuickItem* child : children)
            found << texts(child);
        return found;
    }

    WindowFixture m_fixture; // the theme asks App for its settings
    QQmlEngine m_engine;
};

PONDER_TEST(BlocksTest)
#include "blocks_test.moc"
