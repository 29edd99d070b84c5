pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// Text of the interface: one line, cut with an ellipsis where it is too long.
Text {
    id: root

    font: Theme.label
    color: Theme.text
    elide: Text.ElideRight
    textFormat: Text.PlainText
    verticalAlignment: Text.AlignVCenter
}
