pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// A thin bar filled from 0 to 1.
Rectangle {
    id: root

    required property real value
    required property string name

    implicitWidth: 64
    implicitHeight: 5
    radius: height / 2
    color: Theme.hairline
    Accessible.role: Accessible.ProgressBar
    Accessible.name: root.name

    Rectangle {
        width: Math.round(parent.width * Math.max(0, Math.min(1, root.value)))
        height: parent.height
        radius: parent.radius
        color: Theme.accent
    }
}
