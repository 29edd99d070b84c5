pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Code as it is, with its language and a button that copies it. Long lines scroll sideways.
Rectangle {
    id: root

    required property string code
    required property string language

    implicitHeight: bar.height + scroll.height
    radius: Theme.panelRadius
    color: Theme.thoughts
    border.width: 1
    border.color: Theme.hairline

    Item {
        id: bar

        width: root.width
        height: 34

        Label {
            x: Theme.s3 + 2
            height: parent.height
            text: root.language.length > 0 ? root.language : qsTr("Code")
            font: Theme.note
            color: Theme.faint
        }

        QuietButton {
            id: copy

            anchors.right: parent.right
            anchors.rightMargin: Theme.s2
            anchors.verticalCenter: parent.verticalCenter
            text: copied.running ? qsTr("Copied") : qsTr("Copy")
            Accessible.name: qsTr("Copy the code")
            onClicked: {
                Clipboard.copy(root.code);
                copied.restart();
            }

            Timer {
                id: copied

                interval: 1500
            }
        }
    }

    Flickable {
        id: scroll

        y: bar.height
        width: root.width
        height: text.implicitHeight + Theme.s3
        contentWidth: Math.max(width, text.implicitWidth + 2 * text.x)
        contentHeight: height
        flickableDirection: Flickable.HorizontalFlick
        boundsBehavior: Flickable.StopAtBounds
        clip: contentWidth > width
        interactive: contentWidth > width
        SlimScrollBar.horizontal: SlimScrollBar {}

        PlainText {
            id: text

            x: Theme.s3 + 2
            plain: root.code
            font: Theme.code
            lineHeight: Theme.codeLine
            wrapMode: TextEdit.NoWrap
        }
    }
}
