#include "engine/text/merge_table.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <random>

using namespace ponder;

namespace {

using Ids = std::vector<MergeTable::Id>;

struct Rule {
    MergeTable::Id left, right, merged;
};

MergeTable tableOf(const std::vector<Rule>& rules) {
    MergeTable table(rules.size());
    for (const Rule& rule : rules)
        if (!table.add(rule.left, rule.right, rule.merged)) qFatal("the table is full");
    return table;
}

Ids merged(const MergeTable& table, const Ids& ids) {
    MergeTable::Scratch scratch;
    Ids out;
    table.merge(ids, scratch, out);
    return out;
}

// The algorithm as the paper has it: again and again the best pair, the leftmost first.
Ids plainlyMerged(const std::vector<Rule>& rules, Ids ids) {
    for (;;) {
        std::size_t bestRule = rules.size();
        std::size_t bestAt = 0;
        for (std::size_t at = 0; at + 1 < ids.size(); ++at)
            for (std::size_t rule = 0; rule < bestRule; ++rule)
                if (ids[at] == rules[rule].left && ids[at + 1] == rules[rule].right) {
                    bestRule = rule;
                    bestAt = at;
                }
        if (bestRule == rules.size()) return ids;
        ids[bestAt] = rules[bestRule].merged;
        ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(bestAt) + 1);
    }
}

} // namespace

class MergeTableTest : public QObject {
    Q_OBJECT
private slots:
    void theEarlierMergeGoesFirst() {
        const MergeTable table = tableOf({{1, 2, 12}, {0, 1, 10}});
        QCOMPARE(merged(table, {0, 1, 2}), Ids({0, 12}));
    }
    void ofEqualPairsTheLeftmostGoesFirst() {
        const MergeTable table = tableOf({{5, 5, 6}});
        QCOMPARE(merged(table, {5, 5, 5}), Ids({6, 5}));
        QCOMPARE(merged(table, {5, 5, 5, 5, 5}), Ids({6, 6, 5}));
    }
    void aPairGivenTwiceKeepsItsFirstMeaning() {
        const MergeTable table = tableOf({{1, 2, 7}, {1, 2, 8}});
        QCOMPARE(merged(table, {1, 2}), Ids({7}));
    }
    void nothingAndOneTokenStayAsTheyAre() {
        const MergeTable table = tableOf({{1, 2, 7}});
        QCOMPARE(merged(table, {}), Ids());
        QCOMPARE(merged(table, {1}), Ids({1}));
    }
    void randomMergesGiveWhatThePlainAlgorithmGives() {
        std::mt19937 random(3);
        for (int round = 0; round < 300; ++round) {
            std::vector<Rule> rules;
            for (MergeTable::Id made = 4; made < 30; ++made)
                rules.push_back({static_cast<MergeTable::Id>(random() % made),
                                 static_cast<MergeTable::Id>(random() % made), made});
            Ids ids(random() % 60);
            for (auto& id : ids)
                id = static_cast<MergeTable::Id>(random() % 4);
            QCOMPARE(merged(tableOf(rules), ids), plainlyMerged(rules, ids));
        }
    }
    void pairsMadeToFallIntoOnePlaceAreRefused() {
        // Undoing the mixing of the table gives pairs whose hashes agree in all bits that a table looks at.
        const auto unshift = [](std::uint64_t value, int by) {
            std::uint64_t out = value;
            for (int done = by; done < 64; done += by)
                out = value ^ (out >> by);
            return out;
        };
        const auto inverse = [](std::uint64_t odd) {
            std::uint64_t out = odd;
            for (int i = 0; i < 6; ++i)
                out *= 2 - odd * out;
            return out;
        };
        MergeTable table(100'000);
        bool accepted = true;
        for (std::uint64_t i = 0; i < 2000 && accepted; ++i) {
            std::uint64_t pair = unshift(i << 40, 31) * inverse(0x94D049BB133111EBu);
            pair = unshift(pair, 27) * inverse(0xBF58476D1CE4E5B9u);
            pair = unshift(pair, 30);
            accepted =
                table.add(static_cast<MergeTable::Id>(pair >> 32), static_cast<MergeTable::Id>(pair), 1);
        }
        QVERIFY(!accepted);
    }
};

PONDER_TEST(MergeTableTest)
#include "merge_table_test.moc"
