pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// How much the model thinks, in its template's own words, and whether it sees its earlier thoughts again.
ButtonBase {
    id: root

    readonly property ThinkingControls thinking: App.chat.thinking
    readonly property bool leveled: thinking.on && thinking.efforts.length > 0

    function open() {
        menu.open();
    }

    // A level as it is shown; "" is what a template does that names none of them.
    function levelText(level) {
        return level.length > 0 ? level : qsTr("default");
    }

    visible: root.leveled || root.thinking.canKeepEarlier
    text: root.leveled ? qsTr("Effort: %1").arg(root.levelText(root.thinking.effort)) : qsTr("Thoughts")
    hint: root.leveled ? qsTr("How much the model thinks") : qsTr("What becomes of earlier thoughts")
    leftPadding: 11
    rightPadding: 9
    implicitHeight: 28
    Accessible.role: Accessible.ButtonMenu
    Keys.onDownPressed: root.open()
    onClicked: root.open()

    contentItem: RowLayout {
        spacing: Theme.s1

        Label {
            text: root.text
            font: Theme.label
            color: Theme.soft
        }

        Icon {
            Layout.preferredWidth: 10
            Layout.preferredHeight: 10
            name: "chevron-down"
            color: Theme.faint
            stroke: 2
        }
    }
    background: Rectangle {
        radius: height / 2
        color: root.hovered || menu.visible ? Theme.hover : "transparent"
        border.width: 1
        border.color: Theme.hairline

        FocusRing {
            shown: root.visualFocus
            radius: height / 2
        }
    }

    PopupMenu {
        id: menu

        y: -implicitHeight - Theme.s1

        Instantiator {
            // Only another model gives other levels: choosing one must not make the menu anew.
            model: (root.thinking.defaultEffort.length > 0 || root.thinking.efforts.length === 0 ? [] : [""]).concat(root.thinking.efforts)
            delegate: PopupMenuItem {
                required property string modelData

                visible: root.thinking.on
                enabled: root.thinking.on // the arrow keys pass over what is disabled, not what is hidden
                height: visible ? implicitHeight : 0
                text: modelData.length > 0 && modelData === root.thinking.defaultEffort ? qsTr("%1 (default)").arg(modelData) : root.levelText(modelData)
                checkable: true
                checked: modelData === root.thinking.effort
                onTriggered: root.thinking.effort = modelData
            }
            onObjectAdded: (index, object) => menu.insertItem(index, object as PopupMenuItem)
            onObjectRemoved: (index, object) => menu.removeItem(object as PopupMenuItem)
        }

        T.MenuSeparator {
            visible: root.leveled && root.thinking.canKeepEarlier
            enabled: false
            implicitHeight: Theme.s2
            height: visible ? implicitHeight : 0
            contentItem: Item {
                Rectangle {
                    anchors.verticalCenter: parent.verticalCenter
                    width: parent.width
                    height: 1
                    color: Theme.hairline
                }
            }
        }

        PopupMenuItem {
            visible: root.thinking.canKeepEarlier
            enabled: root.thinking.canKeepEarlier
            height: visible ? implicitHeight : 0
            text: qsTr("Keep earlier thoughts")
            checkable: true
            checked: root.thinking.keepsEarlier
            onTriggered: root.thinking.keepsEarlier = checked
        }
    }
}
