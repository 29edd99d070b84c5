pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// A round chip that is on or off.
ButtonBase {
    id: root

    checkable: true
    leftPadding: 11
    rightPadding: 11
    implicitHeight: 28
    Accessible.role: Accessible.CheckBox
    Accessible.checked: root.checked

    contentItem: Label {
        text: root.text
        font: root.checked ? Theme.labelMedium : Theme.label
        color: root.checked ? Theme.accent : Theme.soft
    }
    background: Rectangle {
        radius: height / 2
        color: root.checked ? Theme.accentGround : root.hovered ? Theme.hover : "transparent"
        border.width: 1
        border.color: root.checked ? "transparent" : Theme.hairline

        FocusRing {
            shown: root.visualFocus
            radius: height / 2
        }
    }
}
