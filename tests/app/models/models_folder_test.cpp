// Where converted, downloaded and copied models go.
#include "app/models/models_folder.h"

#include "app/store/settings.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

class ModelsFolderTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        qputenv("PONDER_DATA_DIR", m_data.path().toUtf8());
        qunsetenv("PONDER_MODELS_DIR");
    }

    void itLiesBesideTheHistoryUnlessAnotherIsChosen();
    void theEnvironmentComesFirst();
    void theChoiceIsKept();

private:
    QTemporaryDir m_data;
};

void ModelsFolderTest::itLiesBesideTheHistoryUnlessAnotherIsChosen() {
    QCOMPARE(modelsFolder(), m_data.filePath(QStringLiteral("models")));
    QCOMPARE(modelsFolder(QStringLiteral("/big/모델/")), QStringLiteral("/big/모델"));
}

void ModelsFolderTest::theEnvironmentComesFirst() {
    qputenv("PONDER_MODELS_DIR", "/elsewhere");
    QCOMPARE(modelsFolder(QStringLiteral("/big")), QStringLiteral("/elsewhere"));
}

void ModelsFolderTest::theChoiceIsKept() {
    {
        Store store(m_data.path());
        Settings settings(store);
        QCOMPARE(settings.modelsFolder(), QString());
        settings.setModelsFolder(QStringLiteral("/big"));
    }
    Store store(m_data.path());
    const Settings settings(store);
    QCOMPARE(modelsFolder(settings.modelsFolder()), QStringLiteral("/big"));
}

PONDER_TEST(ModelsFolderTest)
#include "models_folder_test.moc"
