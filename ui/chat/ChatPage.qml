pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Theme

// The open chat: its messages, or what to do first, and the composer.
Item {
    id: root

    readonly property alias composer: writer
    readonly property bool empty: list.count === 0

    signal openModelRequested
    signal modelsRequested

    function takeFocus() {
        writer.takeFocus();
    }

    MessageList {
        id: list

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.bottom: writer.top
        visible: !root.empty
    }

    EmptyState {
        anchors.fill: list
        visible: root.empty
        onOpenModelRequested: root.openModelRequested()
        onModelsRequested: root.modelsRequested()
        onAsked: question => {
            writer.input.text = question;
            if (App.chat.canSend)
                writer.send();
            else
                writer.takeFocus();
        }
    }

    Composer {
        id: writer

        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.betweenTurns
        width: Math.min(Theme.column, root.width - 2 * Theme.s4)
        heightLimit: Math.max(80, root.height * 0.35)
    }

    Connections {
        target: App.chats

        function onCurrentIdChanged() {
            list.toEnd();
            root.takeFocus();
        }
    }
}
