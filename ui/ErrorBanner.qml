pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A model could not be loaded: why, and what to do now.
Item {
    id: root

    signal openModelRequested

    implicitHeight: visible ? note.height + Theme.s3 : 0
    visible: App.library.errorText.length > 0

    ErrorNote {
        id: note

        anchors.horizontalCenter: parent.horizontalCenter
        y: Theme.s3
        width: Math.min(Theme.column, root.width - 2 * Theme.s4)
        message: App.library.errorText
        actionText: App.library.state === "failed" ? qsTr("Try again") : ""
        otherText: qsTr("Open model…")
        onActionRequested: App.library.retry()
        onOtherRequested: root.openModelRequested()
    }
}
