#include "engine/text/stream_decoder.h"
#include "engine/text/utf8.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <map>

using namespace ponder;

namespace {

// A tokenizer whose tokens are given one by one: what a decoder sees, and nothing else.
class Pieces : public Tokenizer {
public:
    TokenId add(std::string text, bool control = false) {
        m_pieces.push_back({std::move(text), control});
        return static_cast<TokenId>(m_pieces.size() - 1);
    }
    std::vector<TokenId> encode(std::string_view, SpecialTokens,
                                std::span<const std::size_t>) const override {
        return {};
    }
    std::string piece(TokenId id) const override { return m_pieces[id].text; }
    std::size_t size() const override { return m_pieces.size(); }
    bool isControl(TokenId id) const override { return m_pieces[id].control; }
    bool isEndOfGeneration(TokenId) const override { return false; }
    std::optional<TokenId> bos() const override { return std::nullopt; }
    std::optional<TokenId> eos() const override { return std::nullopt; }
    bool addBos() const override { return false; }
    std::optional<TokenId> find(std::string_view) const override { return std::nullopt; }
    std::span<const std::string> specialTexts() const override { return {}; }

private:
    struct Piece {
        std::string text;
        bool control;
    };
    std::vector<Piece> m_pieces;
};

QByteArray bytes(std::string_view text) { return {text.data(), static_cast<qsizetype>(text.size())}; }

} // namespace

class StreamDecoderTest : public QObject {
    Q_OBJECT
private slots:
    void everyChunkingOfATextGivesWholeCharactersAndTheTextAgain() {
        const std::string text = "a\u00e9好\U0001F600각"; // characters of 1, 2, 3, 4 and 3 bytes
        const std::size_t cuts = text.size() - 1;
        for (unsigned mask = 0; mask < (1u << cuts); ++mask) {
            Pieces pieces;
            std::vector<TokenId> ids;
            std::size_t begin = 0;
            for (std::size_t at = 1; at <= text.size(); ++at) {
                if (at < text.size() && !((mask >> (at - 1)) & 1)) continue;
                ids.push_back(pieces.add(text.substr(begin, at - begin)));
                begin = at;
            }
            StreamDecoder decoder(pieces);
            std::string out;
            for (const TokenId id : ids) {
                const std::string part = decoder.push(id);
                QVERIFY(isUtf8(part));
                out += part;
            }
            QCOMPARE(decoder.finish(), std::string());
            QCOMPARE(bytes(out), bytes(text));
        }
    }

    void aCharacterAppearsAsSoonAsItsLastByteIsThere() {
        Pieces pieces;
        const TokenId head = pieces.add("x\xE5\xA5");
        const TokenId tail = pieces.add("\xBD");
        StreamDecoder decoder(pieces);
        QCOMPARE(decoder.push(head), std::string("x"));
        QCOMPARE(decoder.push(tail), std::string("好"));
    }

    void bytesThatAreNoCharacterBecomeReplacementsAtOnce_data() {
        QTest::addColumn<QByteArray>("given");
        QTest::addColumn<QByteArray>("wanted");
        QTest::newRow("a continuation byte") << QByteArray("a\x80z") << QByteArray("a\uFFFDz");
        QTest::newRow("an overlong slash") << QByteArray("\xC0\xAF") << QByteArray("\uFFFD\uFFFD");
        QTest::newRow("a surrogate") << QByteArray("\xED\xA0\x80") << QByteArray("\uFFFD\uFFFD\uFFFD");
        QTest::newRow("above the last character")
            << QByteArray("\xF4\x90\x80\x80") << QByteArray("\uFFFD\uFFFD\uFFFD\uFFFD");
        QTest::newRow("a character broken off") << QByteArray("\xE5\xA5z") << QByteArray("\uFFFDz");
        QTest::newRow("a lead after a lead")
            << QByteArray("\xE5\xF0\x9F\x98\x80") << QByteArray("\uFFFD\U0001F600");
        QTest::newRow("0xFF") << QByteArray("\xFF\xFEok") << QByteArray("\uFFFD\uFFFDok");
    }
    void bytesThatAreNoCharacterBecomeReplacementsAtOnce() {
        QFETCH(QByteArray, given);
        QFETCH(QByteArray, wanted);
        for (const bool oneByOne : {false, true}) {
            Pieces pieces;
            StreamDecoder decoder(pieces);
            std::string out;
            if (oneByOne)
                for (const char byte : given)
                    out += decoder.push(pieces.add(std::string(1, byte)));
            else
                out += decoder.push(pieces.add(given.toStdString()));
            QCOMPARE(bytes(out), wanted);
            QCOMPARE(decoder.finish(), std::string());
        }
        QCOMPARE(bytes(replaceInvalidUtf8(given.toStdString())), wanted);
    }

    void anEndlessRowOfLeadBytesNeverStalls() {
        Pieces pieces;
        const TokenId lead = pieces.add("\xF0");
        StreamDecoder decoder(pieces);
        std::size_t given = 0;
        for (int i = 0; i < 1000; ++i)
            given += decoder.push(lead).size();
        QCOMPARE(given, std::size_t{999 * 3}); // each lead byte is given up when the next arrives
    }

    void anUnfinishedCharacterAtTheEndBecomesOneReplacement() {
        Pieces pieces;
        StreamDecoder decoder(pieces);
        QCOMPARE(decoder.push(pieces.add("\xF0\x9F\x98")), std::string());
        QCOMPARE(bytes(decoder.finish()), QByteArray("\uFFFD"));
        QCOMPARE(decoder.finish(), std::string());
    }

    void controlTokensAreLeftOutUnlessAskedFor() {
        Pieces pieces;
        const TokenId word = pieces.add("hi");
        const TokenId think = pieces.add("</think>");
        const TokenId end = pieces.add("<|im_end|>", true);
        std::map<bool, std::string> out;
        for (const bool show : {false, true}) {
            StreamDecoder decoder(pieces, show);
            for (const TokenId id : {word, think, end})
                out[show] += decoder.push(id);
        }
        QCOMPARE(out[false], std::string("hi</think>"));
        QCOMPARE(out[true], std::string("hi</think><|im_end|>"));
    }

    void aControlTokenDoesNotJoinTheHalvesOfACharacter() {
        Pieces pieces;
        const TokenId head = pieces.add("\xE5\xA5");
        const TokenId end = pieces.add("<|im_end|>", true);
        const TokenId tail = pieces.add("\xBD");
        StreamDecoder decoder(pieces);
        QCOMPARE(decoder.push(head), std::string());
        QCOMPARE(bytes(decoder.push(end)), QByteArray("\uFFFD"));
        QCOMPARE(bytes(decoder.push(tail)), QByteArray("\uFFFD"));
    }
};

PONDER_TEST(StreamDecoderTest)
#include "stream_decoder_test.moc"
