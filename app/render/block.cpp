#include "app/render/block.h"

namespace ponder {

QString blockTypeName(Block::Type type) {
    switch (type) {
    case Block::Type::Paragraph:
        return QStringLiteral("paragraph");
    case Block::Type::Heading:
        return QStringLiteral("heading");
    case Block::Type::List:
        return QStringLiteral("list");
    case Block::Type::Code:
        return QStringLiteral("code");
    case Block::Type::Table:
        return QStringLiteral("table");
    case Block::Type::Quote:
        return QStringLiteral("quote");
    case Block::Type::Rule:
        return QStringLiteral("rule");
    }
    return {};
}

} // namespace ponder
