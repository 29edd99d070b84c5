pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Theme

// Chooses one of a few: a button that opens a menu. choices: [{value, text}].
ButtonBase {
    id: root

    required property string name
    required property var choices
    required property var value
    property bool framed: true // without a frame it looks like text

    signal chosen(var value)

    function textOf(value) {
        const choice = root.choices.find(candidate => candidate.value === value);
        return choice ? choice.text : "";
    }

    text: root.textOf(root.value)
    leftPadding: root.framed ? Theme.s3 : Theme.s1
    rightPadding: root.framed ? 32 : Theme.s1 + 16
    implicitHeight: root.framed ? Theme.controlHeight : 28
    Accessible.role: Accessible.ComboBox
    Accessible.name: root.name + ", " + root.text
    Keys.onDownPressed: menu.open()
    onClicked: menu.open()

    contentItem: Label {
        text: root.text
        font: root.framed ? Theme.label : Theme.labelStrong
    }
    background: Rectangle {
        radius: Theme.buttonRadius
        color: root.framed ? Theme.surface : root.hovered ? Theme.hover : "transparent"
        border.width: root.framed ? 1 : 0
        border.color: Theme.hairline

        Icon {
            anchors.right: parent.right
            anchors.rightMargin: root.framed ? 10 : Theme.s1
            anchors.verticalCenter: parent.verticalCenter
            width: 12
            height: 12
            name: "chevron-down"
            color: Theme.faint
        }

        FocusRing {
            shown: root.visualFocus
        }
    }

    PopupMenu {
        id: menu

        y: root.height + Theme.s1
        width: Math.max(root.width, implicitWidth)

        Instantiator {
            model: root.choices
            delegate: PopupMenuItem {
                required property var modelData

                text: modelData.text
                checkable: true
                checked: modelData.value === root.value
                onTriggered: root.chosen(modelData.value)
            }
            onObjectAdded: (index, object) => menu.insertItem(index, object as PopupMenuItem)
            onObjectRemoved: (index, object) => menu.removeItem(object as PopupMenuItem)
        }
    }
}
