#include "app/store/model_record.h"

#include <array>
#include <utility>

namespace ponder {
namespace {

constexpr std::array kSources{std::pair{ModelSource::File, "file"},
                              std::pair{ModelSource::Ollama, "ollama"},
                              std::pair{ModelSource::LmStudio, "lmstudio"},
                              std::pair{ModelSource::Converted, "converted"},
                              std::pair{ModelSource::Downloaded, "downloaded"},
                              std::pair{ModelSource::Copied, "copied"}};

} // namespace

QString sourceName(ModelSource source) {
    for (const auto& [known, name] : kSources)
        if (known == source) return QString::fromLatin1(name);
    return {};
}

ModelSource sourceFromName(const QString& name) {
    for (const auto& [source, known] : kSources)
        if (name == QLatin1String(known)) return source;
    return ModelSource::File;
}

} // namespace ponder
