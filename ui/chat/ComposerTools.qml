pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The row under the text: thinking on or off and how much, what is being edited, send or stop.
RowLayout {
    id: root

    required property bool sendable

    signal sendRequested

    spacing: Theme.s2

    ChipToggle {
        visible: App.chat.thinking.canTurnOff
        text: qsTr("Think")
        hint: checked ? qsTr("The model thinks before it answers") : qsTr("The model answers at once")
        checked: App.chat.thinking.on
        onToggled: App.chat.thinking.on = checked
    }

    ThinkingMenu {
        objectName: "thinkingMenu"
    }

    Label {
        visible: App.chat.editing
        text: qsTr("Editing your last question")
        font: Theme.note
        color: Theme.soft
    }

    QuietButton {
        visible: App.chat.editing
        text: qsTr("Cancel")
        Accessible.name: qsTr("Cancel editing")
        onClicked: {
            App.chat.cancelEdit();
            App.chat.draft = "";
        }
    }

    Item {
        Layout.fillWidth: true
        implicitHeight: 32
    }

    ButtonBase {
        id: action

        readonly property bool stops: App.chat.busy

        implicitWidth: 32
        implicitHeight: 32
        enabled: action.stops || root.sendable
        text: action.stops ? qsTr("Stop") : qsTr("Send")
        hint: action.stops ? qsTr("Stop (Esc)") : qsTr("Send (Enter)")
        onClicked: action.stops ? App.chat.stop() : root.sendRequested()

        contentItem: Item {
            Icon {
                anchors.centerIn: parent
                width: 16
                height: 16
                name: action.stops ? "stop" : "send"
                color: action.stops ? Theme.text : action.enabled ? Theme.accentText : Theme.faint
                stroke: 1.8
            }
        }
        background: Rectangle {
            radius: 16
            color: action.stops ? Theme.surface : action.enabled ? Theme.accent : Theme.hairline
            border.width: action.stops ? 1.5 : 0
            border.color: Theme.soft

            Rectangle {
                anchors.fill: parent
                radius: 16
                color: action.hovered ? Theme.hover : "transparent"
            }

            FocusRing {
                shown: action.visualFocus
                radius: 18
            }
        }
    }
}
