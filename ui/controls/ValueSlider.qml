pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.Ui.Theme

// Chooses a number by sliding; the arrow keys move it by a step.
T.Slider {
    id: root

    required property string name

    implicitWidth: 160
    implicitHeight: 24
    focusPolicy: Qt.StrongFocus
    Accessible.name: root.name

    background: Rectangle {
        x: root.handle.width / 2
        y: (root.height - height) / 2
        width: root.width - root.handle.width
        height: 4
        radius: 2
        color: Theme.hairline

        Rectangle {
            width: parent.width * root.visualPosition
            height: parent.height
            radius: parent.radius
            color: Theme.accent
        }
    }
    handle: Rectangle {
        x: root.visualPosition * (root.width - width)
        y: (root.height - height) / 2
        width: 16
        height: 16
        radius: 8
        color: Theme.surface
        border.width: 2
        border.color: Theme.accent

        FocusRing {
            shown: root.visualFocus
            radius: height / 2
        }
    }
}
