pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// How far the download or the conversion of a row is, or why it failed.
Column {
    id: root

    required property string name
    required property string phase
    required property real progress // 0..1; -1: not known
    required property string words
    readonly property bool failed: root.phase === "failed"

    spacing: Theme.s1

    ProgressLine {
        width: parent.width
        visible: !root.failed
        opacity: root.phase === "running" ? 1 : 0.45
        name: root.name
        value: root.progress
    }

    Label {
        width: parent.width
        visible: text.length > 0
        text: Join.unbroken(root.words)
        font: Theme.note
        color: root.failed ? Theme.error : Theme.faint
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }
}
