pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The line above a thought: how long it took, and the buttons that fold and copy it.
Item {
    id: root

    required property string title
    required property bool open
    required property bool thinking

    signal toggled
    signal copyRequested

    implicitHeight: 38

    ButtonBase {
        id: fold

        anchors.fill: parent
        text: root.title
        Accessible.name: root.thinking ? qsTr("Thoughts, the model is thinking") : root.title
        Accessible.description: root.open ? qsTr("Shown. Press to fold.") : qsTr("Folded. Press to show.")
        onClicked: root.toggled()

        contentItem: Item {
            Item {
                x: Theme.s3
                width: 10
                height: parent.height

                BreathingDot {
                    anchors.centerIn: parent
                    visible: root.thinking
                }

                Icon {
                    anchors.centerIn: parent
                    width: 12
                    height: 12
                    visible: !root.thinking
                    name: "chevron-right"
                    color: Theme.faint
                    stroke: 2
                    rotation: root.open ? 90 : 0

                    Behavior on rotation {
                        NumberAnimation {
                            duration: Theme.calm
                            easing.type: Easing.OutCubic
                        }
                    }
                }
            }

            Label {
                anchors.left: parent.left
                anchors.leftMargin: 30
                anchors.right: parent.right
                anchors.rightMargin: copy.width + 2 * Theme.s3
                height: parent.height
                text: root.title
                font: Theme.labelMedium
                color: root.thinking || fold.hovered || fold.visualFocus ? Theme.text : Theme.soft
            }
        }
        background: Item {
            FocusRing {
                shown: fold.visualFocus
                radius: Theme.panelRadius + Theme.focusWidth
            }
        }
    }

    QuietButton {
        id: copy

        anchors.right: parent.right
        anchors.rightMargin: Theme.s2
        anchors.verticalCenter: parent.verticalCenter
        text: qsTr("Copy")
        Accessible.name: qsTr("Copy the thoughts")
        onClicked: root.copyRequested()
    }
}
