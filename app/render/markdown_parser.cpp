#include "app/render/markdown_parser.h"

#include "app/render/block_collector.h"
#include "app/render/line_tracker.h"

#include <QRegularExpression>

namespace ponder {
namespace {

constexpr unsigned kFlags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS |
                            MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_PERMISSIVEWWWAUTOLINKS |
                            MD_FLAG_LATEXMATHSPANS | MD_FLAG_NOHTML;

// md4c 0.4 wants three characters in each cell of the rule below a table's header; models also write "|-|".
QString withWideTableRules(QStringView text) {
    static const QRegularExpression rule(
        QStringLiteral("^[ \\t>]*\\|?[ \\t]*:?-+:?[ \\t]*(\\|[ \\t]*:?-+:?[ \\t]*)*\\|?[ \\t\\r]*$"));
    QString wide;
    LineTracker tracker;
    bool afterCells = false; // the line before could be a table's header
    for (const QStringView line : text.split(u'\n')) {
        tracker.feed(line);
        QString own = line.toString();
        const bool cells = line.contains(u'|');
        if (afterCells && cells && !tracker.inFence() && rule.match(own).hasMatch()) {
            static const QRegularExpression dashes(QStringLiteral("-+"));
            own.replace(dashes, QStringLiteral("---"));
        }
        afterCells = cells;
        wide += own + u'\n';
    }
    wide.chop(1);
    return wide;
}

BlockCollector& collector(void* user) { return *static_cast<BlockCollector*>(user); }

MD_PARSER parserTable() {
    MD_PARSER parser{};
    parser.flags = kFlags;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* user) {
        collector(user).enter(type, detail);
        return 0;
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void*, void* user) {
        collector(user).leave(type);
        return 0;
    };
    parser.enter_span = [](MD_SPANTYPE type, void* detail, void* user) {
        collector(user).enter(type, detail);
        return 0;
    };
    parser.leave_span = [](MD_SPANTYPE type, void* detail, void* user) {
        collector(user).leave(type, detail);
        return 0;
    };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* user) {
        collector(user).text(type, text, size);
        return 0;
    };
    return parser;
}

} // namespace

QList<Block> parseMarkdown(QStringView text) {
    static const MD_PARSER parser = parserTable();
    const bool maybeTable = text.contains(u'|') && text.contains(u'-');
    const QByteArray utf8 = maybeTable ? withWideTableRules(text).toUtf8() : text.toUtf8();
    BlockCollector blocks(utf8);
    md_parse(utf8.constData(), MD_SIZE(utf8.size()), &parser, &blocks);
    return blocks.take();
}

} // namespace ponder
