pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What the page is about: the device that the list answers for, and what can be added.
Item {
    id: root

    required property bool showSidebarButton
    readonly property bool asIf: App.fit.whatIf.length > 0

    signal sidebarRequested
    signal whatIfRequested
    signal openFileRequested
    signal browseRequested

    implicitHeight: Math.max(words.height, buttons.height)

    IconButton {
        id: sidebarButton

        y: 1
        visible: root.showSidebarButton
        symbol: "sidebar"
        text: qsTr("Show the sidebar (Ctrl+B)")
        onClicked: root.sidebarRequested()
    }

    Flow {
        id: words

        x: root.showSidebarButton ? sidebarButton.width + Theme.s2 : 0
        width: buttons.x - x - Theme.s3
        spacing: Theme.s2

        Label {
            height: Theme.controlHeight
            rightPadding: Theme.s1
            text: qsTr("Models")
            font: Theme.heading1
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }

        Label {
            height: Theme.controlHeight
            width: Math.min(implicitWidth, words.width)
            text: root.asIf ? qsTr("What if: %1").arg(App.fit.deviceName) : App.fit.deviceName
            font: Theme.labelStrong
            leftPadding: root.asIf ? Theme.s2 : 0
            rightPadding: leftPadding
            color: root.asIf ? Theme.accent : Theme.soft

            Rectangle {
                z: -1
                anchors.fill: parent
                anchors.topMargin: 3
                anchors.bottomMargin: 3
                radius: Theme.buttonRadius
                color: root.asIf ? Theme.accentGround : "transparent"
            }
        }

        Label {
            height: Theme.controlHeight
            width: Math.min(implicitWidth, words.width)
            visible: App.fit.deviceName.length > 0
            text: App.fit.deviceDetail
            color: Theme.soft
        }

        LinkButton {
            visible: root.asIf
            text: qsTr("Back to this computer")
            onClicked: App.fit.whatIf = ""
        }

        LinkButton {
            text: root.asIf ? qsTr("Another GPU…") : qsTr("What if another GPU?")
            onClicked: root.whatIfRequested()
        }
    }

    Row {
        id: buttons

        anchors.right: parent.right
        spacing: 10

        PlainButton {
            text: qsTr("Open file…")
            onClicked: root.openFileRequested()
        }

        PlainButton {
            objectName: "browseModels"
            primary: true
            text: qsTr("Browse models")
            onClicked: root.browseRequested()
        }
    }
}
