pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.Desktop
import Ponder.Ui.Theme

// Something went wrong: what, what to do, and a button that does it.
Rectangle {
    id: root

    required property string message
    property string actionText
    property string otherText
    property bool closable: false

    signal actionRequested
    signal otherRequested
    signal closed

    implicitHeight: Math.max(44, row.implicitHeight + 2 * Theme.s2)
    radius: Theme.panelRadius
    color: Theme.errorGround
    Accessible.role: Accessible.AlertMessage
    Accessible.name: root.message

    RowLayout {
        id: row

        anchors.fill: parent
        anchors.leftMargin: Theme.s3
        anchors.rightMargin: Theme.s2
        spacing: Theme.s2 + 2

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: 15
            name: "warning"
            color: Theme.error
        }

        Text {
            Layout.fillWidth: true
            Layout.topMargin: Theme.s2
            Layout.bottomMargin: Theme.s2
            text: root.message
            textFormat: Text.PlainText
            font: Theme.thought
            color: Theme.text
            wrapMode: Text.Wrap
            lineHeightMode: Text.FixedHeight
            lineHeight: 22
        }

        PlainButton {
            visible: text.length > 0
            text: root.otherText
            onClicked: root.otherRequested()
        }

        PlainButton {
            visible: text.length > 0
            text: root.actionText
            onClicked: root.actionRequested()
        }

        IconButton {
            visible: root.closable
            symbol: "close"
            symbolSide: 13
            text: qsTr("Close")
            onClicked: root.closed()
        }
    }
}
