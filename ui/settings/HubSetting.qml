pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// How the hub of models is reached: its address, a proxy, an access token. Nothing gives a secret back.
ColumnLayout {
    id: root

    readonly property HubSettings hub: App.hubSettings

    spacing: Theme.s3

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Hub of models")
        note: root.hub.endpointFromEnvironment ? qsTr("From the environment: %1").arg(root.hub.endpointInUse) : qsTr("Address of the hub or of a mirror. In use: %1").arg(root.hub.endpointInUse)

        InputField {
            width: 240
            name: qsTr("Address of the hub")
            placeholderText: root.hub.endpointInUse
            text: root.hub.endpoint
            onEditingFinished: root.hub.endpoint = text.trim()
        }
    }

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Proxy")
        note: qsTr("Empty: as the system. “none”: no proxy.")

        InputField {
            width: 240
            name: qsTr("Proxy")
            placeholderText: "http://127.0.0.1:7890"
            text: root.hub.proxy
            onEditingFinished: root.hub.proxy = text.trim()
        }
    }

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Access token")
        note: root.hub.tokenFromEnvironment ? qsTr("From the environment") : root.hub.secretsKept ? qsTr("For models that ask for consent. Kept in the system's keyring.") : qsTr("For models that ask for consent. There is no keyring here: it is kept until the program ends.")

        Row {
            spacing: Theme.s2

            InputField {
                id: token

                width: root.hub.tokenSet ? 150 : 240
                name: qsTr("Access token")
                echoMode: TextInput.Password
                placeholderText: root.hub.tokenSet ? qsTr("A token is set") : "hf_…"
                onEditingFinished: if (text.trim().length > 0) {
                    root.hub.setToken(text.trim());
                    clear();
                }
            }

            PlainButton {
                visible: root.hub.tokenSet && !root.hub.tokenFromEnvironment
                text: qsTr("Forget")
                Accessible.name: qsTr("Forget the access token")
                onClicked: root.hub.setToken("")
            }
        }
    }

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.s3

        Label {
            Layout.fillWidth: true
            readonly property bool bad: root.hub.errorText.length > 0 || root.hub.testState === "failed"

            text: root.hub.errorText.length > 0 ? root.hub.errorText : root.hub.testText
            font: Theme.note
            color: bad ? Theme.error : Theme.soft
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }

        PlainButton {
            text: qsTr("Test the connection")
            enabled: root.hub.testState !== "running"
            onClicked: root.hub.test()
        }
    }
}
