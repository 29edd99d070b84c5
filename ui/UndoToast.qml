pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A chat was deleted; for a while it can be taken back.
Rectangle {
    id: root

    property bool dismissed: false

    implicitWidth: row.implicitWidth + 2 * Theme.s3
    implicitHeight: 44
    radius: Theme.panelRadius
    color: Theme.surface
    border.width: 1
    border.color: Theme.hairline
    visible: App.chats.canUndoRemove && !root.dismissed
    Accessible.role: Accessible.AlertMessage
    Accessible.name: message.text

    Connections {
        target: App.chats

        function onCanUndoRemoveChanged() {
            root.dismissed = false;
            later.restart();
        }
    }

    Timer {
        id: later

        interval: 10000
        onTriggered: root.dismissed = true
    }

    Row {
        id: row

        anchors.centerIn: parent
        spacing: Theme.s3

        Label {
            id: message

            anchors.verticalCenter: parent.verticalCenter
            width: Math.min(implicitWidth, 320)
            text: qsTr("“%1” was deleted").arg(App.chats.removedTitle)
            font: Theme.label
        }

        QuietButton {
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("Undo")
            tint: Theme.accent
            onClicked: App.chats.undoRemove()
        }
    }
}
