// The words after a subcommand, declared once and checked before the subcommand runs.
//
// A command declares what it takes; parse() checks presence and ranges, so that the getters never fail.
// Owner: main.cpp. Thread: main. Errors: BadArgument, and a sentence of its own for unknown options.
// Next station: the subcommands.
#pragma once

#include "engine/base/result.h"
#include "engine/text/tokenizer.h"

#include <QCommandLineParser>
#include <QHash>

#include <limits>

namespace ponder {

class Arguments {
public:
    Arguments();

    // Declaring. Numbers are checked against their range by parse().
    enum class Presence { Required, Optional };
    void takesModel(Presence presence = Presence::Required);
    // These and no others, in this order; without a model. The last `optional` may be left out.
    void takesWords(const QStringList& names, int optional = 0);
    void takesFreeWords(); // any number, checked by the command
    void takesDevice();    // --device, --context, --kv, --gpu-layers, --expert-layers, --threads, --adapter
    void flag(const QString& name, const QString& description);
    void text(const QString& name, const QString& value, const QString& description, Presence presence);
    void choice(const QString& name, const QStringList& allowed, const QString& description);
    void count(const QString& name, const QString& value, const QString& description, quint64 standard,
               quint64 smallest = 0, quint64 largest = std::numeric_limits<quint32>::max());
    void number(const QString& name, const QString& value, const QString& description, double standard,
                double smallest, double largest);
    void ids(const QString& name, const QString& description, Presence presence);
    // One number or several, as in 128,512.
    void counts(const QString& name, const QString& description, const QString& standard, quint32 smallest);

    Result<void> parse(const QStringList& words);

    // Reading, after parse().
    bool has(const QString& name) const { return m_parser.isSet(name); }
    bool json() const { return has(QStringLiteral("json")); }
    QString model() const { return m_parser.positionalArguments().value(0); }
    QStringList words() const { return m_parser.positionalArguments(); }
    QString word(qsizetype index) const { return m_parser.positionalArguments().value(index); }
    QString text(const QString& name) const { return m_parser.value(name); }
    QStringList texts(const QString& name) const {
        return m_parser.values(name);
    } // of an option given several times
    quint64 count(const QString& name) const { return m_parser.value(name).toULongLong(); }
    double number(const QString& name) const { return m_parser.value(name).toDouble(); }
    std::vector<TokenId> ids(const QString& name) const;
    std::vector<quint32> counts(const QString& name) const;

    QString optionsHelp() const; // the table of options, one a line

private:
    struct Range {
        double smallest, largest;
        bool whole;
    };
    Result<void> checkNumber(const QString& name, const Range& range) const;
    Result<void> checkChoice(const QString& name, const QStringList& allowed) const;
    Result<void> checkLayers(const QString& name) const;
    Result<void> checkIds(const QString& name) const;
    Result<void> checkCounts(const QString& name, quint32 smallest) const;

    QCommandLineParser m_parser;
    QHash<QString, Range> m_ranges;
    QHash<QString, QStringList> m_choices;
    QStringList m_idLists;
    QHash<QString, quint32> m_countLists; // and the smallest number that each may hold
    QStringList m_required;
    Presence m_model = Presence::Optional;
    bool m_takesModel = false;
    QStringList m_words; // the names of what stands without an option
    qsizetype m_neededWords = 0;
    bool m_takesFreeWords = false;
    bool m_takesDevice = false;
};

} // namespace ponder
