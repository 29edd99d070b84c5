pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A chat in the sidebar: open, rename, delete.
ButtonBase {
    id: root

    required property int chatId
    required property string title
    required property bool current
    property bool renaming: false
    readonly property bool reached: root.hovered || root.visualFocus || more.visualFocus || menu.visible

    signal opened

    function rename() {
        root.renaming = true;
        field.text = root.title;
        field.selectAll();
        field.forceActiveFocus();
    }
    function finish(keep) {
        if (!root.renaming)
            return;
        root.renaming = false;
        if (keep && field.text.trim().length > 0)
            App.chats.rename(root.chatId, field.text.trim());
        root.forceActiveFocus();
    }

    text: root.title.length > 0 ? root.title : qsTr("New chat")
    implicitHeight: 34
    leftPadding: Theme.s2
    rightPadding: root.reached ? 36 : Theme.s2
    Accessible.description: root.current ? qsTr("Open chat") : ""
    Keys.onDeletePressed: App.chats.remove(root.chatId)
    Keys.onPressed: event => {
        if (event.key === Qt.Key_F2) {
            root.rename();
            event.accepted = true;
        } else if (event.key === Qt.Key_Menu) {
            menu.open();
            event.accepted = true;
        }
    }
    onClicked: {
        App.chats.open(root.chatId);
        root.opened();
    }

    contentItem: Label {
        visible: !root.renaming
        text: root.text
        font: root.current ? Theme.labelMedium : Theme.label
        color: root.current || root.hovered ? Theme.text : Theme.soft
    }
    background: Rectangle {
        radius: Theme.buttonRadius - 1
        color: root.current ? Theme.surface : root.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: root.visualFocus
        }
    }

    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: menu.popup()
    }

    InputField {
        id: field

        anchors.fill: parent
        visible: root.renaming
        leftPadding: Theme.s2 - 1
        name: qsTr("New name of the chat")
        onAccepted: root.finish(true)
        onActiveFocusChanged: if (!activeFocus)
            root.finish(true)
        Keys.onEscapePressed: root.finish(false)
    }

    IconButton {
        id: more

        anchors.right: parent.right
        anchors.rightMargin: 3
        anchors.verticalCenter: parent.verticalCenter
        visible: root.reached && !root.renaming
        side: 28
        symbolSide: 15
        symbol: "more"
        text: qsTr("Rename or delete")
        onClicked: menu.open()
    }

    PopupMenu {
        id: menu

        x: root.width - width
        y: root.height

        PopupMenuItem {
            text: qsTr("Rename")
            onTriggered: root.rename()
        }

        PopupMenuItem {
            text: qsTr("Delete")
            tint: Theme.error
            onTriggered: App.chats.remove(root.chatId)
        }
    }
}
