pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// A dot that breathes while something goes on; it stays still where motion is not wanted.
Rectangle {
    id: root

    implicitWidth: 8
    implicitHeight: 8
    radius: width / 2
    color: Theme.accent

    SequentialAnimation on opacity {
        running: root.visible && !Theme.still
        loops: Animation.Infinite
        onStopped: root.opacity = 1

        NumberAnimation {
            to: 0.35
            duration: 800
            easing.type: Easing.InOutSine
        }
        NumberAnimation {
            to: 1
            duration: 800
            easing.type: Easing.InOutSine
        }
    }
}
