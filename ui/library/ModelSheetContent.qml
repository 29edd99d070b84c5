pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What the sheet of a model shows, a part at a time.
ScrollPage {
    id: root

    // What the row of the list said.
    property var facts: ({
            path: "",
            where: "",
            licence: "",
            languages: [],
            scores: "",
            receipt: "",
            speed: "",
            libraryId: "",
            choices: []
        })
    property string part: "about"
    readonly property var parts: [
        {
            value: "about",
            text: qsTr("About")
        },
        {
            value: "gpus",
            text: qsTr("Which GPUs run it?")
        },
        {
            value: "settings",
            text: qsTr("Settings")
        },
        {
            value: "adapters",
            text: qsTr("Adapters")
        }
    ]
    readonly property bool here: root.facts.libraryId.length > 0

    signal gpuChosen(string name)
    signal chatRequested
    signal renamed(string name)
    signal removed

    function show(row: FitRow) {
        root.part = "about";
        root.facts = {
            modelId: row.modelId,
            where: row.where,
            quantization: row.quantization,
            choices: row.choices,
            path: row.path,
            licence: row.licence,
            languages: row.languages,
            scores: row.scoresText,
            receipt: row.receiptText,
            speed: Join.facts([row.speedText, row.sourceText, row.promptText]),
            libraryId: row.libraryId
        };
        if (row.libraryId.length > 0)
            App.library.modelSettings.open(row.libraryId);
        App.fit.gpus.modelId = row.modelId;
        App.fit.gpus.quantization = row.quantization;
        App.fit.gpus.contextTokens = App.fit.contextTokens;
    }

    implicitHeight: column.implicitHeight
    contentHeight: column.implicitHeight

    Column {
        id: column

        width: root.width
        spacing: Theme.s4

        Flow {
            width: parent.width
            spacing: Theme.s2

            Repeater {
                model: root.here ? root.parts : root.parts.slice(0, 2)
                delegate: FilterChip {
                    required property var modelData

                    text: modelData.text
                    current: root.part === modelData.value
                    onChosen: root.part = modelData.value
                }
            }
        }

        ModelAbout {
            width: parent.width
            visible: root.part === "about"
            facts: root.facts
            onChatRequested: root.chatRequested()
            onRenamed: name => root.renamed(name)
            onRemoved: root.removed()
        }

        GpuList {
            width: parent.width
            visible: root.part === "gpus"
            choices: root.facts.choices
            onChosen: name => root.gpuChosen(name)
        }

        ModelSettingsPanel {
            width: parent.width
            visible: root.part === "settings"
        }

        AdapterList {
            width: parent.width
            visible: root.part === "adapters"
        }
    }
}
