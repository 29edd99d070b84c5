pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// The ring around a control that has the keyboard.
Rectangle {
    id: root

    required property bool shown

    visible: root.shown
    anchors.fill: parent
    anchors.margins: -Theme.focusWidth
    radius: Theme.buttonRadius + Theme.focusWidth
    color: "transparent"
    border.width: Theme.focusWidth
    border.color: Theme.accent
    z: 1
}
