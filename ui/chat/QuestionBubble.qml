pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What the user asked, at the right; copy and edit show beside it under the pointer or the keyboard.
Item {
    id: root

    required property string question
    required property bool editable

    implicitHeight: bubble.height

    HoverHandler {
        id: pointer
    }

    Row {
        anchors.right: bubble.left
        anchors.rightMargin: Theme.s2
        anchors.verticalCenter: bubble.verticalCenter
        spacing: 2
        opacity: pointer.hovered || edit.visualFocus || copy.visualFocus ? 1 : 0

        IconButton {
            id: edit

            visible: root.editable
            side: 28
            symbolSide: 14
            symbol: "edit"
            text: qsTr("Edit the question")
            onClicked: App.chat.draft = App.chat.editLastQuestion()
        }

        IconButton {
            id: copy

            side: 28
            symbolSide: 14
            symbol: "copy"
            text: qsTr("Copy the question")
            onClicked: Clipboard.copy(root.question)
        }
    }

    Rectangle {
        id: bubble

        anchors.right: parent.right
        width: text.width + 28
        height: text.implicitHeight + 18
        radius: Theme.composerRadius
        color: Theme.ownMessage

        Rectangle {
            anchors.right: parent.right
            anchors.bottom: parent.bottom
            width: Theme.composerRadius
            height: Theme.composerRadius
            radius: 4
            color: Theme.ownMessage
        }

        PlainText {
            id: text

            x: 14
            y: 6 // the fixed line height sets text low
            width: Math.min(Math.ceil(implicitWidth), 560, root.width - 28 - 72)
            plain: root.question
        }
    }
}
