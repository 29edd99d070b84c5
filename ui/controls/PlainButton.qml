pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// A button with a frame; `primary` fills it with the accent.
ButtonBase {
    id: root

    property bool primary: false

    leftPadding: Theme.s3 + 2
    rightPadding: Theme.s3 + 2
    implicitHeight: Theme.controlHeight
    opacity: root.enabled ? 1 : 0.45

    contentItem: Label {
        text: root.text
        font: Theme.labelMedium
        color: root.primary ? Theme.accentText : Theme.text
        horizontalAlignment: Text.AlignHCenter
    }
    background: Rectangle {
        radius: Theme.buttonRadius
        color: root.primary ? Theme.accent : Theme.surface
        border.width: root.primary ? 0 : 1
        border.color: Theme.hairline

        Rectangle {
            anchors.fill: parent
            radius: parent.radius
            color: root.hovered || root.down ? Theme.hover : "transparent"
        }

        FocusRing {
            shown: root.visualFocus
        }
    }
}
