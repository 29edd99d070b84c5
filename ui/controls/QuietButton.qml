pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// A button that looks like a note until the pointer or the keyboard is on it.
ButtonBase {
    id: root

    property color tint: Theme.faint

    leftPadding: Theme.s1
    rightPadding: Theme.s1
    topPadding: 2
    bottomPadding: 2
    opacity: root.enabled ? 1 : 0.45

    contentItem: Label {
        text: root.text
        font: Theme.note
        color: root.hovered || root.visualFocus ? Theme.text : root.tint
    }
    background: Rectangle {
        radius: Theme.chipRadius
        color: root.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: root.visualFocus
            radius: Theme.chipRadius + Theme.focusWidth
        }
    }
}
