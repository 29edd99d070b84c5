#include "engine/file/json_document.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace ponder;

namespace {

std::string problemOf(std::string_view text) {
    const auto json = parseJson(text, "test.json");
    return json ? "parsed" : json.error().detail.english();
}

} // namespace

class JsonDocumentTest : public QObject {
    Q_OBJECT
private slots:
    void everyKindOfValueIsRead() {
        const auto json = parseJson(
            R"({"a":[1,-2,0.5,true,null,"é"],"b":{"c":{}},"big":18446744073709551615})", "test.json");
        QVERIFY2(json, json ? "" : json.error().message().c_str());
        QCOMPARE((*json)["a"][0].get<int>(), 1);
        QCOMPARE((*json)["a"][1].get<int>(), -2);
        QCOMPARE((*json)["a"][2].get<double>(), 0.5);
        QCOMPARE((*json)["a"][3].get<bool>(), true);
        QVERIFY((*json)["a"][4].is_null());
        QCOMPARE((*json)["a"][5].get<std::string>(), std::string("\xc3\xa9"));
        QVERIFY((*json)["b"]["c"].is_object());
        QCOMPARE((*json)["big"].get<std::uint64_t>(), ~std::uint64_t{0});
    }

    void aKeyThatAppearsTwiceIsAnError() {
        QCOMPARE(problemOf(R"({"a":1,"b":{"a":1},"a":2})"), std::string("the key a appears twice"));
        QCOMPARE(problemOf(R"([{"a":1},{"a":1}])"), std::string("parsed"));
    }

    void nestingIsLimited() {
        const auto nested = [](std::size_t depth) {
            return std::string(depth, '[') + std::string(depth, ']');
        };
        QCOMPARE(problemOf(nested(kJsonDepth)), std::string("parsed"));
        QCOMPARE(problemOf(nested(kJsonDepth + 1)), std::string("it is nested deeper than 64 levels"));
        QCOMPARE(problemOf(std::string(1'000'000, '[')), std::string("it is nested deeper than 64 levels"));
    }

    void textThatIsNotJsonNamesThePlace() {
        QCOMPARE(problemOf(""), std::string("it is not JSON from byte 1 on"));
        QCOMPARE(problemOf("{\"a\":}"), std::string("it is not JSON from byte 6 on"));
        QCOMPARE(problemOf("[1] [2]"), std::string("it is not JSON from byte 5 on"));
        QCOMPARE(problemOf("\"\xff\""), std::string("it is not JSON from byte 2 on"));
        QVERIFY(problemOf("[1e999]").starts_with("it is not JSON"));
    }

    void aFileThatIsTooLargeIsNotRead() {
        QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "config.json";
        std::ofstream(path) << "{\"a\":1}";
        QVERIFY(jsonFile(path, 7));
        const auto refused = jsonFile(path, 6);
        QVERIFY(!refused && refused.error().code == ErrorCode::BadJson);
        const auto absent = jsonFile(path.parent_path() / "absent.json", 6);
        QVERIFY(!absent && absent.error().code == ErrorCode::FileNotFound);
    }
};

PONDER_TEST(JsonDocumentTest)
#include "json_document_test.moc"
