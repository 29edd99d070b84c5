// The models that the application knows by itself: the DeepSeek-R1 family and other reasoning models.
//
// Takes resources/models.json, which is embedded and parsed once. Owner: a constant of the program. Thread:
// any. Errors: a model without an id, a shape or a licence, or of an unknown family, is refused (Internal);
// tests/tools/check_catalogue.py judges the figures. Next station: the fit list of app/fit, the model
// browser, the downloads.
#pragma once

#include "app/models/catalogue_model.h"
#include "engine/base/result.h"

#include <QByteArray>

#include <span>

namespace ponder {

class ModelCatalogue {
public:
    static const ModelCatalogue& builtIn();
    static Result<ModelCatalogue> parse(const QByteArray& json);

    std::span<const CatalogueModel> models() const { return m_models; }
    std::span<const CatalogueQuantization> quantizations() const { return m_quantizations; }

    const CatalogueModel* find(const QString& id) const;                      // null: not there
    const CatalogueQuantization* findQuantization(const QString& name) const; // null: not rated

private:
    std::vector<CatalogueModel> m_models;
    std::vector<CatalogueQuantization> m_quantizations;
};

} // namespace ponder
