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

    signal chosen(var value)

    function textOf(value) {
        const choice = root.choices.find(candidate => candidate.value === value);
        return choice ? choice.text : "";
    }

    text: root.textOf(root.value)
    leftPadding: Theme.s3
    rightPadding: 32
    implicitHeight: Theme.controlHeight
    Accessible.role: Accessible.ComboBox
    Accessible.name: root.name + ", " + root.text
    Keys.onDownPressed: menu.open()
    onClicked: menu.open()

    contentItem: Label {
        text: root.text
    }
    background: Rectangle {
        radius: Theme.buttonRadius
        color: Theme.surface
        border.width: 1
        border.color: Theme.hairline

        Icon {
            anchors.right: parent.right
            anchors.rightMargin: 10
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
