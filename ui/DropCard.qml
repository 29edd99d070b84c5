pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What is held over the window, a row for each thing, and what a drop would do.
Rectangle {
    id: root

    required property DropPreview preview
    required property real room // the height that there is
    property bool quiet: false // a drop would go elsewhere now
    readonly property real rowsRoom: Math.max(60, root.room - 150)

    height: texts.height + 2 * Theme.s6
    radius: 16
    color: Theme.surface

    DashedFrame {
        anchors.fill: parent
        color: root.quiet ? Theme.outline : root.preview.accepts ? Theme.accent : Theme.error
    }

    Column {
        id: texts

        x: 26
        y: Theme.s6
        width: root.width - 2 * x
        spacing: Theme.s3

        Label {
            width: parent.width
            text: root.preview.title
            font: Theme.heading1
            Accessible.role: Accessible.AlertMessage
            Accessible.name: text
        }

        ListView {
            id: rows

            width: parent.width
            height: Math.min(contentHeight, root.rowsRoom)
            clip: true
            interactive: false
            model: root.preview
            delegate: DropRow {
                width: rows.width
            }
        }

        Label {
            readonly property int hidden: Math.max(0, rows.count - Math.max(1, rows.indexAt(1, rows.height - 2) + 1))

            width: parent.width
            visible: rows.contentHeight > rows.height && hidden > 0
            text: qsTr("and %n more", "", hidden)
            font: Theme.note
            color: Theme.soft
        }

        Label {
            width: parent.width
            text: root.preview.note
            font: Theme.note
            color: Theme.faint
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }
}
