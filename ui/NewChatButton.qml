pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Starts a chat.
ButtonBase {
    id: root

    text: qsTr("New chat")
    leftPadding: 11
    rightPadding: 11
    implicitHeight: 40

    contentItem: Item {
        Label {
            anchors.left: parent.left
            height: parent.height
            text: root.text
            font: Theme.labelMedium
        }

        Label {
            anchors.right: parent.right
            height: parent.height
            text: "Ctrl N"
            font: Theme.small
            color: Theme.faint
        }
    }
    background: Rectangle {
        radius: Theme.buttonRadius
        color: Theme.surface
        border.width: 1
        border.color: root.hovered ? Theme.faint : Theme.hairline

        FocusRing {
            shown: root.visualFocus
        }
    }
}
