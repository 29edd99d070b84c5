pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A repository's name to type, and its quantizations with their sizes.
Column {
    id: root

    readonly property string facts: Join.facts([App.hub.repository, App.hub.licence.length > 0 ? qsTr("Licence: %1").arg(App.hub.licence) : ""])

    signal queued

    function begin() {
        name.forceActiveFocus(Qt.PopupFocusReason);
        name.selectAll();
    }

    spacing: Theme.s3

    Row {
        width: parent.width
        spacing: Theme.s2

        InputField {
            id: name

            width: parent.width - look.width - parent.spacing
            name: qsTr("Repository")
            placeholderText: qsTr("OWNER/NAME or the address of its page")
            onAccepted: App.hub.browse(text)
            Keys.onDownPressed: list.goTo(0)
        }

        PlainButton {
            id: look

            text: qsTr("Look")
            enabled: name.text.trim().length > 0 && App.hub.state !== "loading"
            onClicked: App.hub.browse(name.text)
        }
    }

    Label {
        width: parent.width
        visible: App.hub.state === "none"
        text: qsTr("Nothing is downloaded before you choose a file. The address of the hub, a proxy and an access token are in the settings.")
        color: Theme.soft
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    Label {
        visible: App.hub.state === "loading"
        text: qsTr("Asking the hub…")
        color: Theme.soft
    }

    ErrorNote {
        width: parent.width
        visible: App.hub.state === "failed"
        message: App.hub.errorText
        actionText: qsTr("Try again")
        onActionRequested: App.hub.browse(name.text)
    }

    Label {
        width: parent.width
        visible: App.hub.state === "ready"
        text: root.facts
        color: Theme.soft
    }

    Label {
        width: parent.width
        visible: App.hub.state === "ready" && App.hub.gated
        text: qsTr("Its owner asks for consent to the terms: agree on its page, then enter your access token in the settings.")
        font: Theme.note
        color: Theme.warning
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    RowList {
        id: list

        width: parent.width
        height: Math.min(contentHeight, 320)
        visible: App.hub.state === "ready"
        name: qsTr("Files of the repository")
        model: App.hub
        delegate: HubRow {
            width: list.width
            onClicked: if (App.hub.download(index))
                root.queued()
        }
    }
}
