pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Theme

// What was done last and can be taken back: a chat that was deleted, models that were added or removed.
Column {
    id: root

    spacing: Theme.s2

    Toast {
        anchors.horizontalCenter: parent.horizontalCenter
        message: qsTr("“%1” was deleted").arg(App.chats.removedTitle)
        possible: App.chats.canUndoRemove
        onUndone: App.chats.undoRemove()
    }

    Toast {
        anchors.horizontalCenter: parent.horizontalCenter
        message: App.library.importer.undoText
        possible: App.library.importer.canUndo
        onUndone: App.library.importer.undo()
        onGone: App.library.importer.dismissUndo()
    }
}
