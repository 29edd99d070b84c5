pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The question is being read: a dot that breathes and how far it is.
Item {
    id: root

    implicitHeight: 26

    Rectangle {
        anchors.verticalCenter: parent.verticalCenter
        x: 2
        width: 8
        height: 8
        radius: 4
        color: Theme.accent

        SequentialAnimation on opacity {
            running: root.visible && !Theme.still
            loops: Animation.Infinite

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

    Label {
        x: 20
        height: parent.height
        font: Theme.note
        color: Theme.faint
        text: App.chat.prefillFraction > 0 && App.chat.prefillFraction < 1 ? qsTr("Reading the conversation… %1%").arg(Math.floor(App.chat.prefillFraction * 100)) : qsTr("Reading the conversation…")
    }
}
