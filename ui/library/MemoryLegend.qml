pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What the colours of the memory bars mean.
Row {
    id: root

    readonly property var parts: [
        {
            name: qsTr("weights"),
            color: Theme.accent
        },
        {
            name: qsTr("context"),
            color: Theme.memoryContext
        },
        {
            name: qsTr("work space"),
            color: Theme.memoryWork
        }
    ]

    spacing: Theme.s2

    Label {
        anchors.verticalCenter: parent.verticalCenter
        text: App.fit.graphicsMemory ? qsTr("Graphics memory:") : qsTr("Memory:")
        color: Theme.soft
    }

    Repeater {
        model: root.parts
        delegate: Row {
            id: part

            required property var modelData

            anchors.verticalCenter: parent?.verticalCenter
            spacing: Theme.s1

            Rectangle {
                anchors.verticalCenter: parent.verticalCenter
                width: 9
                height: 9
                radius: 2
                color: part.modelData.color
            }

            Label {
                text: part.modelData.name
                color: Theme.soft
            }
        }
    }
}
