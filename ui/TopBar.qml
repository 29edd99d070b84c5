pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Models
import Ponder.Ui.Theme

// The model that answers, how it is doing, and what it uses.
Item {
    id: root

    required property bool showSidebarButton

    signal sidebarRequested
    signal openModelRequested

    implicitHeight: Theme.topBarHeight

    IconButton {
        id: sidebarButton

        x: Theme.s3
        anchors.verticalCenter: parent.verticalCenter
        visible: root.showSidebarButton
        symbol: "sidebar"
        text: qsTr("Show the sidebar (Ctrl+B)")
        onClicked: root.sidebarRequested()
    }

    ModelButton {
        id: model

        readonly property real room: (loading.visible ? loading.x : meter.visible ? meter.x : root.width) - x - Theme.s3

        x: root.showSidebarButton ? sidebarButton.x + sidebarButton.width + Theme.s1 : Theme.s3
        anchors.verticalCenter: parent.verticalCenter
        width: Math.min(implicitWidth, room)
        onClicked: picker.visible ? picker.close() : picker.open()

        ModelPicker {
            id: picker

            y: model.height + Theme.s1
            onOpenModelRequested: root.openModelRequested()
        }
    }

    Row {
        id: loading

        anchors.right: parent.right
        anchors.rightMargin: Theme.s4
        anchors.verticalCenter: parent.verticalCenter
        visible: App.library.state === "loading"
        spacing: Theme.s3

        Label {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.width > 620
            text: App.library.progressText
            color: Theme.soft
        }

        ProgressLine {
            anchors.verticalCenter: parent.verticalCenter
            width: 120
            name: qsTr("Loading the model")
            value: App.library.progress
        }

        QuietButton {
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("Cancel")
            Accessible.name: qsTr("Cancel loading")
            tint: Theme.soft
            onClicked: App.library.cancel()
        }
    }

    MemoryMeter {
        id: meter

        anchors.right: parent.right
        anchors.rightMargin: Theme.s5
        anchors.verticalCenter: parent.verticalCenter
        compact: root.width < 700
    }

    Rectangle {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        height: 1
        color: Theme.hairline
    }
}
