// Chat templates of the model families, for a file that has none or a broken one.
//
// Takes the texts of a vocabulary's special tokens, which tell the family; gives the template. Owner: static
// data. Thread: any. Errors: none, there is always one (plain names and colons at worst). Source: the formats
// the families publish. Next station: template_choice.h.
#pragma once

#include <QString>
#include <QStringList>

namespace ponder {

struct BuiltinTemplate {
    const char* name = nullptr; // of the format, as people know it
    QString source;
    QStringList stop; // texts that end a reply where the format has no token for it
};

const BuiltinTemplate& builtinTemplateFor(const QStringList& specialTexts);

} // namespace ponder
