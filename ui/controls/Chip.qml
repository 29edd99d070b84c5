pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// A short fact in a frame, such as a quantization.
Rectangle {
    id: root

    required property string text

    implicitWidth: label.implicitWidth + 2 * 6
    implicitHeight: 20
    radius: Theme.chipRadius
    color: "transparent"
    border.width: 1
    border.color: Theme.hairline

    Label {
        id: label

        anchors.centerIn: parent
        text: root.text
        font: Theme.small
        color: Theme.soft
    }
}
