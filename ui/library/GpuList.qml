pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Which graphics processors run a model with a quantization, by memory, of one vendor or of all.
Column {
    id: root

    required property var choices // the model's quantizations
    readonly property var vendorNames: ({
            "": qsTr("All"),
            APPLE: "Apple",
            INTEL: "Intel"
        })
    readonly property var everyVendor: [""]
    readonly property var vendorChoices: root.everyVendor.concat(App.fit.gpus.vendors)

    signal chosen(string name)

    spacing: Theme.s2

    Item {
        width: parent.width
        height: Math.max(chip.height, vendors.height)

        Flow {
            id: vendors

            width: parent.width - chip.width - Theme.s3
            spacing: Theme.s2

            Repeater {
                model: root.vendorChoices
                delegate: FilterChip {
                    required property string modelData

                    text: root.vendorNames[modelData] ?? modelData
                    current: App.fit.gpus.vendor === modelData
                    onChosen: App.fit.gpus.vendor = modelData
                }
            }
        }

        QuantizationChip {
            id: chip

            anchors.right: parent.right
            y: 3
            quantization: App.fit.gpus.quantization
            choices: root.choices
            onChosen: name => App.fit.gpus.quantization = name
        }
    }

    Column {
        width: parent.width
        spacing: Theme.s1
        visible: App.fit.gpus.machines.length > 0

        Label {
            text: qsTr("It does not fit here. What would run it, as estimated:")
            width: parent.width
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }

        Repeater {
            model: App.fit.gpus.machines
            delegate: Label {
                required property string modelData

                text: modelData
                width: parent.width
                color: Theme.soft
                wrapMode: Text.Wrap
                elide: Text.ElideNone
            }
        }
    }

    Label {
        width: parent.width
        visible: App.fit.gpus.together
        text: qsTr("No card holds this model. These would have the memory for it, one alone or several in a server; Ponder itself uses one at a time:")
        color: Theme.soft
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    RowList {
        id: list

        width: parent.width
        height: Math.max(104, Math.min(contentHeight, 312))
        name: qsTr("Graphics processors")
        model: App.fit.gpus
        delegate: GpuRow {
            width: list.width
            onClicked: root.chosen(name)
        }

        Label {
            y: Theme.s3
            width: parent.width
            visible: list.count === 0
            text: qsTr("No GPU of the catalogue runs it alone.")
            color: Theme.soft
        }
    }

    Label {
        width: parent.width
        text: qsTr("Choose one to see the whole list of models for it.")
        font: Theme.note
        color: Theme.faint
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }
}
