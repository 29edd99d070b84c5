// Where the hub of models is, and the addresses below it.
//
// Takes the setting, else HF_ENDPOINT of the environment, else the public hub; a mirror is entered as its
// host or address, with or without a path and a last slash. Errors: BadArgument. Source: the hub's documented
// HTTP interface. Next station: hub_access.h.
#pragma once

#include "app/models/hub_name.h"

#include <QUrl>

namespace ponder {

class HubEndpoint {
public:
    static Result<HubEndpoint> parse(const QString& text);
    static Result<HubEndpoint> choose(const QString& setting);

    QString text() const { return m_base.toString(); }
    QString host() const { return m_base.host(); }

    QUrl modelInfo(const HubName& name) const;
    QUrl tree(const HubName& name, const QString& revision) const;
    QUrl file(const HubName& name, const QString& revision, const QString& path) const;
    QUrl search(const QString& words, int limit) const;
    QUrl whoAmI() const;
    QUrl page(const HubName& name) const; // for people

    // Whether an address is this endpoint's own: the token goes there and nowhere else.
    bool owns(const QUrl& url) const;

private:
    explicit HubEndpoint(QUrl base) : m_base(std::move(base)) {}
    QUrl below(const QString& path, const QString& query = {}) const;

    QUrl m_base; // without a last slash
};

} // namespace ponder
