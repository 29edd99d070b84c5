pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Theme

// A full-width action with a picture and, at its end, its keys.
ButtonBase {
    id: root

    required property string symbol
    property string keys

    leftPadding: Theme.s2 + 2
    rightPadding: Theme.s2 + 2
    implicitHeight: Theme.controlHeight

    contentItem: Item {
        Icon {
            id: picture

            anchors.verticalCenter: parent.verticalCenter
            name: root.symbol
            color: Theme.soft
        }

        Label {
            anchors.left: picture.right
            anchors.leftMargin: Theme.s2
            anchors.right: shortcut.left
            height: parent.height
            text: root.text
            color: root.hovered || root.visualFocus ? Theme.text : Theme.soft
        }

        Label {
            id: shortcut

            anchors.right: parent.right
            height: parent.height
            text: root.keys
            font: Theme.small
            color: Theme.faint
        }
    }
    background: Rectangle {
        radius: Theme.buttonRadius
        color: root.hovered || root.down ? Theme.hover : "transparent"

        FocusRing {
            shown: root.visualFocus
        }
    }
}
