pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Theme

// A square button that shows a picture; its text is its name and its tool tip.
ButtonBase {
    id: root

    required property string symbol
    property color tint: root.hovered || root.visualFocus ? Theme.text : Theme.soft
    property int side: 32
    property int symbolSide: 16

    implicitWidth: root.side
    implicitHeight: root.side
    hint: root.text
    opacity: root.enabled ? 1 : 0.45

    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            width: root.symbolSide
            height: root.symbolSide
            name: root.symbol
            color: root.tint
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
