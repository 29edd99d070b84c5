pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What the model picker shows: models used before, open another, unload.
Column {
    id: root

    signal chosen
    signal openModelRequested

    spacing: 2

    Label {
        visible: recent.count > 0
        leftPadding: Theme.s3
        height: 28
        text: qsTr("Recent models")
        font: Theme.small
        color: Theme.faint
    }

    ListView {
        id: recent

        width: parent.width
        height: Math.min(contentHeight, 5 * 50)
        clip: true
        model: App.library.recent
        boundsBehavior: Flickable.StopAtBounds
        SlimScrollBar.vertical: SlimScrollBar {}
        delegate: RecentModelRow {
            width: recent.width
            onClicked: {
                root.chosen();
                App.library.open(path);
            }
            onForgetRequested: App.library.forget(path)
        }
    }

    Label {
        visible: App.library.note.length > 0 && App.library.state === "ready"
        width: parent.width
        leftPadding: Theme.s3
        rightPadding: Theme.s3
        topPadding: Theme.s2
        bottomPadding: Theme.s2
        text: App.library.note
        font: Theme.note
        color: Theme.warning
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    Rectangle {
        width: parent.width
        height: 1
        color: Theme.hairline
        visible: recent.count > 0
    }

    MenuRow {
        width: parent.width
        text: qsTr("Open model…")
        symbol: "file"
        keys: "Ctrl O"
        onClicked: {
            root.openModelRequested();
        }
    }

    MenuRow {
        width: parent.width
        visible: App.library.state === "ready"
        text: qsTr("Unload the model")
        symbol: "close"
        onClicked: {
            root.chosen();
            App.library.unload();
        }
    }
}
