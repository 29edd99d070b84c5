pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A new chat: what to do first. Three questions to try, or how to come by a model.
Item {
    id: root

    readonly property bool hasModel: App.library.state === "ready" || App.library.state === "loading"
    readonly property var examples: [qsTr("Which primes are smaller than 20, and what is their sum?"), qsTr("Why is the sky blue at noon and red at sunset?"), qsTr("Write a shell script that renames photos by the date they were taken.")]

    signal asked(string question)
    signal openModelRequested
    signal modelsRequested

    Column {
        anchors.centerIn: parent
        width: Math.min(520, root.width - 2 * Theme.s6)
        spacing: Theme.s2

        Icon {
            anchors.horizontalCenter: parent.horizontalCenter
            width: 44
            height: 44
            name: "brand"
            color: Theme.accent
            stroke: 1.7
        }

        Text {
            width: parent.width
            topPadding: Theme.s3
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            font: Theme.heading1
            color: Theme.text
            text: qsTr("What would you like to think about?")
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }

        Text {
            width: parent.width
            bottomPadding: Theme.s4
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            font: Theme.thought
            color: Theme.soft
            lineHeightMode: Text.FixedHeight
            lineHeight: 22
            text: root.hasModel ? qsTr("The model runs on this computer. Nothing you write leaves it.") : qsTr("Find a model that fits this computer, or drop a file of your own anywhere in this window. It stays where it is.")
        }

        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            visible: !root.hasModel
            spacing: Theme.s2

            PlainButton {
                primary: true
                text: qsTr("Browse models")
                onClicked: root.modelsRequested()
            }
            PlainButton {
                text: qsTr("Open model…")
                onClicked: root.openModelRequested()
            }
        }

        Item {
            width: 1
            height: root.hasModel ? 0 : Theme.s3
        }

        Repeater {
            model: root.examples
            delegate: ExampleQuestion {
                required property string modelData

                width: parent?.width ?? 0
                text: modelData
                onClicked: root.asked(text)
            }
        }
    }
}
