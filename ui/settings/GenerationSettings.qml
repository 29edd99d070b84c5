pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Where and how the model runs.
ColumnLayout {
    id: root

    readonly property var contexts: [0, 2048, 4096, 8192, 16384, 32768, 65536, 131072]
    readonly property var temperatures: [-1, 0, 0.2, 0.4, 0.6, 0.8, 1, 1.2]

    spacing: Theme.s3

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Device")
        note: qsTr("Takes effect when a model is loaded again")

        ChoiceBox {
            id: device

            width: 200
            name: qsTr("Device")
            value: App.settings.device
            choices: devices.found
            onChosen: chosen => App.library.useDevice(chosen)
        }

        Instantiator {
            id: devices

            property var found: []

            function collect() {
                const list = [];
                for (let i = 0; i < devices.count; ++i) {
                    const entry = devices.objectAt(i) as DeviceEntry;
                    if (entry && entry.usable)
                        list.push({
                            value: entry.key,
                            text: entry.name
                        });
                }
                devices.found = list;
            }

            model: App.library.devices
            delegate: DeviceEntry {}
            onObjectAdded: devices.collect()
            onObjectRemoved: devices.collect()
        }
    }

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Context")
        note: qsTr("How much of a conversation the model sees. Longer takes more memory.")

        ChoiceBox {
            width: 200
            name: qsTr("Context")
            value: App.settings.contextTokens
            choices: root.contexts.map(tokens => ({
                        value: tokens,
                        text: tokens === 0 ? qsTr("Choose for me") : qsTr("%1 tokens").arg(Number(tokens).toLocaleString(Qt.locale(Theme.language), "f", 0))
                    }))
            onChosen: chosen => App.settings.contextTokens = chosen
        }
    }

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Temperature")
        note: qsTr("Higher is more varied, lower more certain")

        ChoiceBox {
            width: 200
            name: qsTr("Temperature")
            value: Math.round(App.settings.temperature * 10) / 10
            choices: root.temperatures.map(temperature => ({
                        value: temperature,
                        text: temperature < 0 ? qsTr("As the model recommends") : Number(temperature).toLocaleString(Qt.locale(Theme.language), "f", 1)
                    }))
            onChosen: chosen => App.settings.temperature = chosen
        }
    }

    ThoughtMarksSetting {
        Layout.fillWidth: true
        visible: App.library.state === "ready"
    }

    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.s2

        Label {
            text: qsTr("Instruction")
            font: Theme.labelMedium
        }

        Rectangle {
            Layout.fillWidth: true
            implicitHeight: Math.max(72, instruction.implicitHeight)
            radius: Theme.buttonRadius
            color: Theme.surface
            border.width: instruction.activeFocus ? Theme.focusWidth : 1
            border.color: instruction.activeFocus ? Theme.accent : Theme.hairline

            InputArea {
                id: instruction

                width: parent.width
                padding: Theme.s3
                font: Theme.thought
                name: qsTr("Instruction")
                placeholderText: qsTr("What every model should know or heed, such as “Answer briefly.”")
                text: App.settings.instruction
                onEditingFinished: App.settings.instruction = text
            }
        }
    }
}
