pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What is to be known before a model is downloaded, and the yes or no to it.
Column {
    id: root

    readonly property bool full: App.fetch.state === "short"

    spacing: Theme.s4

    Label {
        width: parent.width
        visible: text.length > 0
        text: Join.unbroken(App.fetch.warning)
        color: Theme.warning
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    Label {
        width: parent.width
        text: Join.unbroken(App.fetch.diskText)
        color: root.full ? Theme.error : Theme.text
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    Flow {
        width: parent.width
        spacing: Theme.s2

        PlainButton {
            primary: true
            focus: true
            text: root.full ? qsTr("Look again") : App.fetch.warning.length > 0 ? qsTr("Download anyway") : App.fetch.converts ? qsTr("Download and convert") : qsTr("Download")
            onClicked: root.full ? App.fetch.lookAgain() : App.fetch.confirm()
        }

        PlainButton {
            text: qsTr("Cancel")
            onClicked: App.fetch.dismiss()
        }
    }
}
