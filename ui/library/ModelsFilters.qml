pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Which models the list shows, for how long a context, and what its colours mean.
Item {
    id: root

    readonly property var filters: [
        {
            value: "all",
            text: qsTr("All")
        },
        {
            value: "here",
            text: qsTr("On this computer")
        },
        {
            value: "fits",
            text: qsTr("Fits")
        },
        // Languages are named in themselves, so that everyone finds their own.
        {
            value: "ko",
            text: "한국어"
        },
        {
            value: "zh",
            text: "中文"
        }
    ]
    readonly property var contexts: [2048, 4096, 8192, 16384, 32768]
    readonly property bool oneLine: chips.implicitWidth + figures.implicitWidth + Theme.s4 <= root.width

    implicitHeight: root.oneLine ? 28 : figures.y + figures.height

    Row {
        id: chips

        spacing: Theme.s2

        Repeater {
            model: root.filters
            delegate: FilterChip {
                required property var modelData

                text: modelData.text
                current: App.fit.filter === modelData.value
                onChosen: App.fit.filter = modelData.value
            }
        }
    }

    Flow {
        id: figures

        readonly property real natural: choice.width + legend.width + spacing

        x: root.oneLine ? root.width - width : 0
        y: root.oneLine ? 0 : 28 + Theme.s2
        width: Math.min(root.width, natural)
        spacing: Theme.s4

        Row {
            id: choice

            Label {
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("Context")
                color: Theme.soft
            }

            ChoiceBox {
                framed: false
                name: qsTr("Context")
                value: App.fit.contextTokens
                choices: root.contexts.map(tokens => ({
                            value: tokens,
                            text: Number(tokens).toLocaleString(Qt.locale(Theme.language), "f", 0)
                        }))
                onChosen: chosen => App.fit.contextTokens = chosen
            }
        }

        MemoryLegend {
            id: legend

            height: 28
        }
    }
}
