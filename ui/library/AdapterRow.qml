pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// An adapter: on or off, how strongly it is applied, its place among the others, and off the list. With the
// keyboard in the row, Alt and the arrows move it.
Item {
    id: root

    required property int index
    required property string name
    required property string path
    required property real strength
    required property bool applied
    required property bool missing
    required property bool last

    signal moved(real strength)
    signal switched(bool applied)
    signal shifted(int by)
    signal removed

    implicitHeight: words.y + words.height + Theme.s1
    Accessible.role: Accessible.ListItem
    Accessible.name: root.name
    Keys.onPressed: event => {
        const by = event.key === Qt.Key_Up ? -1 : event.key === Qt.Key_Down ? 1 : 0;
        if (by === 0 || !(event.modifiers & Qt.AltModifier))
            return;
        root.shifted(by);
        event.accepted = true;
    }

    Rectangle {
        width: parent.width
        height: 1
        color: Theme.hairline
    }

    OnOffSwitch {
        id: applying

        y: Theme.s2 + 4
        text: qsTr("Apply %1").arg(root.name)
        checked: root.applied
        onToggled: {
            root.switched(checked);
            checked = Qt.binding(() => root.applied); // the press has set it
        }
    }

    Column {
        id: words

        x: applying.width + Theme.s3
        y: Theme.s2
        width: parent.width - x

        Item {
            width: parent.width
            height: buttons.height

            Label {
                anchors.verticalCenter: parent.verticalCenter
                width: buttons.x - Theme.s2
                text: root.name
                font: Theme.labelMedium
                color: root.applied ? Theme.text : Theme.faint
                elide: Text.ElideMiddle
            }

            Row {
                id: buttons

                anchors.right: parent.right

                IconButton {
                    enabled: root.index > 0
                    symbol: "chevron-up"
                    symbolSide: 13
                    text: qsTr("Move %1 up").arg(root.name)
                    onClicked: root.shifted(-1)
                }

                IconButton {
                    enabled: !root.last
                    symbol: "chevron-down"
                    symbolSide: 13
                    text: qsTr("Move %1 down").arg(root.name)
                    onClicked: root.shifted(1)
                }

                IconButton {
                    symbol: "close"
                    symbolSide: 13
                    text: qsTr("Take %1 off").arg(root.name)
                    onClicked: root.removed()
                }
            }
        }

        Item {
            width: parent.width
            height: slider.height

            ValueSlider {
                id: slider

                width: figure.x - Theme.s2
                enabled: root.applied
                opacity: enabled ? 1 : 0.45
                name: qsTr("Strength of %1").arg(root.name)
                from: 0
                to: 2
                stepSize: 0.05
                value: root.strength
                onMoved: root.moved(Math.round(value * 100) / 100)
            }

            Label {
                id: figure

                anchors.right: parent.right
                anchors.rightMargin: Theme.s2
                anchors.verticalCenter: parent.verticalCenter
                width: 40
                text: Number(root.strength).toLocaleString(Qt.locale(Theme.language), "f", 2)
                horizontalAlignment: Text.AlignRight
                color: root.applied ? Theme.soft : Theme.faint
            }
        }

        Label {
            width: parent.width
            visible: root.missing
            text: qsTr("The file is gone: %1").arg(root.path)
            font: Theme.note
            color: Theme.error
            wrapMode: Text.WrapAnywhere
            elide: Text.ElideNone
        }
    }
}
