pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The rows of the sheet of found models.
Column {
    id: root

    spacing: Theme.s3

    Label {
        width: parent.width
        text: qsTr("In the models folder or in other programs. They are used where they are; nothing is copied.")
        color: Theme.soft
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    RowList {
        id: list

        width: parent.width
        height: Math.max(60, Math.min(contentHeight, root.Window.height - 220))
        name: qsTr("Found on this computer")
        model: App.library.found
        delegate: FoundRow {
            width: list.width
            onTouched: list.currentIndex = index
        }

        Label {
            y: Theme.s3
            visible: list.count === 0
            text: App.library.found.busy ? qsTr("Looking…") : qsTr("There is none.")
            color: Theme.soft
        }
    }
}
