pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The chats by day, a new one, and the preferences.
Rectangle {
    id: root

    property bool modelsShown: false // instead of a chat

    signal foldRequested
    signal chatOpened
    signal modelsRequested
    signal settingsRequested

    color: Theme.sidebar

    Rectangle {
        anchors.right: parent.right
        width: 1
        height: parent.height
        color: Theme.hairline
    }

    Item {
        id: brand

        x: 10
        y: 14
        width: root.width - 20
        height: 32

        Icon {
            x: Theme.s2 - 1
            anchors.verticalCenter: parent.verticalCenter
            width: 22
            height: 22
            name: "brand"
            color: Theme.accent
            stroke: 1.9
        }

        Label {
            x: 37
            height: parent.height
            text: qsTr("Ponder")
            font: Theme.brand
        }

        IconButton {
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            symbol: "sidebar"
            text: qsTr("Hide the sidebar (Ctrl+B)")
            onClicked: root.foldRequested()
        }
    }

    NewChatButton {
        id: newChat

        x: 10
        y: 56
        width: root.width - 20
        onClicked: {
            App.chats.newChat();
            root.chatOpened();
        }
    }

    GroupedList {
        id: list

        anchors.top: newChat.bottom
        anchors.bottom: foot.top
        anchors.topMargin: Theme.s2
        anchors.bottomMargin: Theme.s2
        x: 10
        width: root.width - 20
        clip: true
        spacing: 2
        model: App.chats
        boundsBehavior: Flickable.StopAtBounds
        SlimScrollBar.vertical: SlimScrollBar {}
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Chats")
        delegate: ChatRow {
            width: list.width
            onOpened: root.chatOpened()
        }
    }

    Column {
        id: foot

        anchors.bottom: parent.bottom
        anchors.bottomMargin: 14
        x: 10
        width: root.width - 20
        spacing: 2

        MenuRow {
            width: parent.width
            text: qsTr("Models")
            symbol: "chip"
            current: root.modelsShown
            onClicked: root.modelsRequested()
        }

        MenuRow {
            width: parent.width
            text: qsTr("Settings")
            symbol: "settings"
            onClicked: root.settingsRequested()
        }
    }
}
