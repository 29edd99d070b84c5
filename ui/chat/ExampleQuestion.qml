pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A question to try, as a card.
ButtonBase {
    id: root

    leftPadding: Theme.s4
    rightPadding: 40
    implicitHeight: Math.max(46, root.implicitContentHeight + 2 * Theme.s3)
    Accessible.name: qsTr("Example: %1").arg(root.text)

    contentItem: Text {
        text: root.text
        textFormat: Text.PlainText
        font: Theme.thought
        color: root.hovered || root.visualFocus ? Theme.text : Theme.soft
        wrapMode: Text.Wrap
        verticalAlignment: Text.AlignVCenter
    }
    background: Rectangle {
        radius: Theme.panelRadius
        color: Theme.surface
        border.width: 1
        border.color: root.hovered ? Theme.faint : Theme.hairline

        Icon {
            anchors.right: parent.right
            anchors.rightMargin: Theme.s4
            anchors.verticalCenter: parent.verticalCenter
            width: 12
            height: 12
            name: "chevron-right"
            color: Theme.faint
        }

        FocusRing {
            shown: root.visualFocus
            radius: Theme.panelRadius + Theme.focusWidth
        }
    }
}
