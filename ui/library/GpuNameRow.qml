pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The name of a graphics processor, to choose.
ButtonBase {
    id: root

    required property int index
    required property string modelData

    text: root.modelData
    leftPadding: Theme.s3
    rightPadding: Theme.s3
    implicitHeight: 32
    focusPolicy: ListView.isCurrentItem ? Qt.StrongFocus : Qt.ClickFocus

    contentItem: Label {
        text: root.text
    }
    background: Rectangle {
        radius: Theme.buttonRadius - 2
        color: root.hovered ? Theme.hover : "transparent"

        FocusRing {
            anchors.margins: 0
            shown: root.visualFocus
        }
    }
}
