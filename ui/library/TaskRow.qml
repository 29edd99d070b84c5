pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Something that takes a while: a download, a conversion, a copy. How far it is, and what can be done with it.
Item {
    id: root

    required property string name
    required property string detail
    required property real progress // 0..1; -1: not known
    required property string phase // "waiting", "running", "paused", "failed", "done"
    property string errorText
    property bool canPause: true
    readonly property bool failed: root.phase === "failed"

    signal pauseRequested
    signal resumeRequested
    signal cancelRequested
    signal retryRequested

    implicitHeight: words.height + 2 * Theme.s3
    Accessible.role: Accessible.ListItem
    Accessible.name: root.name
    Accessible.description: root.failed ? root.errorText : root.detail

    Column {
        id: words

        x: Theme.s4
        y: Theme.s3
        width: buttons.x - x - Theme.s4
        spacing: Theme.s1

        Label {
            width: parent.width
            text: root.name
            font: Theme.labelMedium
            elide: Text.ElideMiddle
        }

        ProgressLine {
            width: parent.width
            visible: !root.failed && root.phase !== "done"
            opacity: root.phase === "running" ? 1 : 0.45
            name: root.name
            value: root.progress
        }

        Label {
            width: parent.width
            visible: text.length > 0
            text: root.failed ? root.errorText : root.detail
            font: Theme.note
            color: root.failed ? Theme.error : Theme.faint
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }

    Row {
        id: buttons

        anchors.right: parent.right
        anchors.rightMargin: Theme.s3
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.s1

        PlainButton {
            visible: root.failed
            text: qsTr("Try again")
            Accessible.name: qsTr("Try again: %1").arg(root.name)
            onClicked: root.retryRequested()
        }

        PlainButton {
            visible: root.canPause && root.phase === "paused"
            text: qsTr("Resume")
            Accessible.name: qsTr("Resume: %1").arg(root.name)
            onClicked: root.resumeRequested()
        }

        PlainButton {
            visible: root.canPause && (root.phase === "running" || root.phase === "waiting")
            text: qsTr("Pause")
            Accessible.name: qsTr("Pause: %1").arg(root.name)
            onClicked: root.pauseRequested()
        }

        IconButton {
            anchors.verticalCenter: parent.verticalCenter
            symbol: "close"
            symbolSide: 13
            text: root.phase === "done" ? qsTr("Take %1 off this list").arg(root.name) : qsTr("Cancel: %1").arg(root.name)
            onClicked: root.cancelRequested()
        }
    }
}
