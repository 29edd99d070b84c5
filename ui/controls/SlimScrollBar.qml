pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.Ui.Theme

// A scroll bar that shows while it is used or pointed at.
T.ScrollBar {
    id: root

    implicitWidth: 12
    implicitHeight: 12
    padding: 3
    minimumSize: 0.06
    visible: root.size < 1
    Accessible.name: qsTr("Scroll bar")

    contentItem: Rectangle {
        implicitWidth: 6
        implicitHeight: 6
        radius: 3
        color: Theme.faint
        opacity: root.pressed ? 0.75 : root.hovered ? 0.6 : root.active ? 0.4 : 0

        Behavior on opacity {
            NumberAnimation {
                duration: Theme.calm
                easing.type: Easing.OutCubic
            }
        }
    }
}
