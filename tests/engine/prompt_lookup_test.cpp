#include "engine/generate/prompt_lookup.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

namespace {

std::vector<TokenId> guess(const std::vector<TokenId>& history, std::size_t most = 4) {
    PromptLookup lookup;
    const auto out = lookup.propose(history, most, Sampler({}), {});
    return out ? *out : std::vector<TokenId>{999};
}

using Ids = std::vector<TokenId>;

} // namespace

class PromptLookupTest : public QObject {
    Q_OBJECT
private slots:
    void aTextGoesOnAsItDidAfterTheSameTokens() {
        QCOMPARE(guess({1, 2, 3, 4, 5, 6, 2, 3}), (Ids{4, 5, 6, 2}));
    }
    void oneTokenInCommonIsNoGuess() { QCOMPARE(guess({1, 2, 3, 9, 2}), Ids{}); }
    void theLongerMatchWinsOverTheLaterOne() {
        QCOMPARE(guess({1, 2, 3, 7, 8, 2, 3, 9, 9, 1, 2, 3}, 1), Ids{7});
    }
    void ofEqualMatchesTheLatestWins() { QCOMPARE(guess({1, 2, 7, 0, 1, 2, 8, 5, 1, 2}, 1), Ids{8}); }
    void aRepetitionGoesOn() { QCOMPARE(guess({5, 5, 5, 5}), Ids{5}); }
    void shortTextsHaveNoGuess() {
        QCOMPARE(guess({}), Ids{});
        QCOMPARE(guess({1}), Ids{});
        QCOMPARE(guess({1, 1}), Ids{});
    }
};

PONDER_TEST(PromptLookupTest)
#include "prompt_lookup_test.moc"
