pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A thing that is held over the window: what it is, and whether it fits or why it cannot be added.
Item {
    id: root

    required property string name
    required property string detail
    required property string remedy
    required property bool addable
    required property var hints // verdict, verdictText, verdictDetail where there is a forecast
    readonly property string words: root.addable ? root.hints.verdictText ?? "" : qsTr("Cannot be added")

    implicitHeight: Math.max(left.height, fit.height) + 2 * 10

    Rectangle {
        width: parent.width
        height: 1
        color: Theme.hairline
    }

    Column {
        id: left

        y: 10
        width: root.width - (fit.visible ? fit.width + Theme.s3 : 0)
        spacing: 2

        Label {
            width: parent.width
            text: root.name
            font: Theme.thought
            elide: Text.ElideMiddle
        }

        Label {
            width: parent.width
            visible: text.length > 0
            text: root.detail
            font: Theme.note
            color: Theme.soft
            wrapMode: Text.Wrap
            maximumLineCount: 3
        }

        Label {
            width: parent.width
            visible: text.length > 0
            text: root.remedy
            font: Theme.note
            color: Theme.soft
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }

    Column {
        id: fit

        y: 10
        anchors.right: parent.right
        visible: root.words.length > 0
        spacing: 2

        Label {
            anchors.right: parent.right
            text: root.words
            font: Theme.labelStrong
            color: root.addable ? Theme.verdictColor(root.hints.verdict ?? "") : Theme.error
        }

        Label {
            anchors.right: parent.right
            width: Math.min(implicitWidth, root.width * 0.42)
            visible: root.addable && text.length > 0
            text: Join.unbroken(root.hints.verdictDetail ?? "")
            font: Theme.note
            color: Theme.faint
            horizontalAlignment: Text.AlignRight
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }
}
