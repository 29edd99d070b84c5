pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The turns of the open chat, with a way back to the end.
Item {
    id: root

    readonly property alias count: list.count

    function toEnd() {
        list.toEnd();
    }

    FollowingList {
        id: list

        anchors.fill: parent
        model: App.chat.messages
        cacheBuffer: 400
        activeFocusOnTab: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Messages")
        delegate: MessageRow {
            width: list.width
            lastQuestion: list.count - 2
            windowHeight: root.Window.height
        }
    }

    FocusRing {
        shown: list.activeFocus
        anchors.margins: 2
        radius: Theme.buttonRadius
    }

    IconButton {
        id: jump

        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.s2
        visible: !list.following && !list.nearEnd
        side: 34
        symbol: "down"
        text: qsTr("Jump to the end")
        onClicked: list.toEnd()

        background: Rectangle {
            radius: width / 2
            color: Theme.surface
            border.width: 1
            border.color: Theme.hairline

            FocusRing {
                shown: jump.visualFocus
                radius: width / 2
            }
        }
    }
}
