pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A model used before: open it, or forget it.
ButtonBase {
    id: root

    required property string path
    required property string name
    required property string quantization
    required property string sizeText
    required property bool missing
    required property bool current
    readonly property string details: {
        if (root.missing)
            return qsTr("The file is not there any more");
        return root.quantization + (root.quantization.length > 0 && root.sizeText.length > 0 ? " · " : "") + root.sizeText;
    }

    signal forgetRequested

    text: root.name
    implicitHeight: 50
    leftPadding: Theme.s3
    rightPadding: 44
    Accessible.description: root.details

    contentItem: Column {
        Label {
            width: parent.width
            text: root.name
            font: root.current ? Theme.labelStrong : Theme.label
            color: root.missing ? Theme.faint : Theme.text
        }

        Label {
            width: parent.width
            text: root.details
            font: Theme.note
            color: root.missing ? Theme.warning : Theme.faint
        }
    }
    background: Rectangle {
        radius: Theme.buttonRadius - 2
        color: root.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: root.visualFocus
        }

        Icon {
            anchors.right: parent.right
            anchors.rightMargin: Theme.s3
            anchors.verticalCenter: parent.verticalCenter
            visible: root.current && !forget.visible
            width: 14
            height: 14
            name: "check"
            color: Theme.accent
        }
    }

    IconButton {
        id: forget

        anchors.right: parent.right
        anchors.rightMargin: Theme.s1
        anchors.verticalCenter: parent.verticalCenter
        visible: root.hovered || root.visualFocus || visualFocus
        side: 28
        symbolSide: 13
        symbol: "close"
        text: qsTr("Take %1 off this list").arg(root.name)
        onClicked: root.forgetRequested()
    }
}
