// The model card and the licence that lie beside a model, as Hugging Face's folders have them.
//
// Takes the path of a model or its folder. A README.md counts only where it begins with the "---" block of a
// model card, so that a stranger's README in a downloads folder is not taken for one. Nothing of it is run or
// fetched. Owner: free function. Thread: any. Errors: none; what is not there is empty. Source: the Hugging
// Face hub's model cards. Next station: model_importer.h.
#pragma once

#include <QString>
#include <QStringList>

namespace ponder {

struct ReadmeCard {
    QString text;        // Markdown, without the block
    QString licence;     // "mit"
    QString licenceText; // of the file LICENSE, or empty
    QStringList languages;
};

ReadmeCard readReadmeCard(const QString& modelPath);

} // namespace ponder
