#include "app/desktop/clipboard.h"

#include <QClipboard>
#include <QGuiApplication>

namespace ponder {

void Clipboard::copy(const QString& text) { QGuiApplication::clipboard()->setText(text); }

} // namespace ponder
