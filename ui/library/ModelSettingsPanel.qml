pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What the user chose for one model, beside what is recommended for it.
Column {
    id: root

    readonly property ModelSettingsModel fields: App.library.modelSettings

    spacing: Theme.s4

    Row {
        width: parent.width
        visible: App.library.reloadNeeded
        spacing: Theme.s3

        Label {
            anchors.verticalCenter: parent.verticalCenter
            width: Math.min(implicitWidth, root.width - reload.width - parent.spacing)
            text: qsTr("Some of this holds when the model is loaded again.")
            color: Theme.warning
            wrapMode: Text.Wrap
        }

        PlainButton {
            id: reload

            text: qsTr("Load again")
            onClicked: App.library.reload()
        }
    }

    Label {
        visible: root.fields.busy
        text: qsTr("Looking at the model…")
        color: Theme.soft
    }

    Repeater {
        model: root.fields
        delegate: ModelSettingField {
            width: root.width
        }
    }

    PlainButton {
        visible: root.fields.anyChosen
        text: qsTr("Reset all to recommended")
        onClicked: root.fields.resetAll()
    }
}
