pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A model could not be loaded or added, or the history is not the expected one: why, and what to do now.
Item {
    id: root

    readonly property bool failed: App.library.errorText.length > 0
    readonly property string refused: App.library.importer.problemText

    signal openModelRequested

    implicitHeight: visible ? note.height + Theme.s3 : 0
    visible: root.failed || root.refused.length > 0 || App.notice.length > 0

    ErrorNote {
        id: note

        anchors.horizontalCenter: parent.horizontalCenter
        y: Theme.s3
        width: Math.min(Theme.column, root.width - 2 * Theme.s4)
        message: root.failed ? App.library.errorText : root.refused.length > 0 ? root.refused : App.notice
        actionText: App.library.state === "failed" ? qsTr("Try again") : ""
        otherText: root.failed ? qsTr("Open model…") : ""
        onActionRequested: App.library.retry()
        onOtherRequested: root.openModelRequested()
        closable: true
        onClosed: {
            if (root.failed)
                App.library.dismissError();
            else if (root.refused.length > 0)
                App.library.importer.dismissProblem();
            else
                App.dismissNotice();
        }
    }
}
