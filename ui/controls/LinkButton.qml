pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// A button that looks like a link in a line of text.
ButtonBase {
    id: root

    leftPadding: Theme.s1
    rightPadding: Theme.s1
    implicitHeight: Theme.controlHeight

    contentItem: Label {
        text: root.text
        font.family: Theme.labelMedium.family
        font.pixelSize: Theme.labelMedium.pixelSize
        font.weight: Theme.labelMedium.weight
        font.underline: root.hovered
        color: Theme.accent
    }
    background: Item {
        FocusRing {
            anchors.topMargin: 3
            anchors.bottomMargin: 3
            shown: root.visualFocus
        }
    }
}
