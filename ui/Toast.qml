pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Something was done; for a while it can be taken back.
Rectangle {
    id: root

    required property string message
    required property bool possible // to take it back
    property bool dismissed: false

    signal undone
    signal gone // its time is over

    function restart() {
        root.dismissed = false;
        later.restart();
    }

    implicitWidth: row.implicitWidth + 2 * Theme.s3
    implicitHeight: 44
    radius: Theme.panelRadius
    color: Theme.surface
    border.width: 1
    border.color: Theme.hairline
    visible: root.possible && !root.dismissed
    Accessible.role: Accessible.AlertMessage
    Accessible.name: root.message
    onPossibleChanged: root.restart()
    onMessageChanged: root.restart()

    Timer {
        id: later

        interval: 10000
        onTriggered: {
            root.dismissed = true;
            root.gone();
        }
    }

    Row {
        id: row

        anchors.centerIn: parent
        spacing: Theme.s3

        Label {
            anchors.verticalCenter: parent.verticalCenter
            width: Math.min(implicitWidth, 320)
            text: root.message
        }

        QuietButton {
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("Undo")
            tint: Theme.accent
            onClicked: root.undone()
        }
    }
}
