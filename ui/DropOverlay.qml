pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Takes models dropped anywhere on the window and shows beforehand what will happen. Below the card is a
// place that copies instead of using the files where they are.
DropArea {
    id: root

    readonly property DropPreview preview: App.library.preview
    readonly property bool overCopy: root.containsDrag && copy.visible && root.drag.y >= copy.y && root.drag.y < copy.y + copy.height && root.drag.x >= copy.x && root.drag.x < copy.x + copy.width

    keys: ["text/uri-list"]
    onEntered: drag => {
        root.preview.inspect(drag.urls);
        drag.accept(Qt.CopyAction);
    }
    onDropped: drop => {
        if (root.overCopy)
            App.library.importer.add(drop.urls, true);
        else
            App.library.openDropped(drop.urls);
        drop.accept(Qt.CopyAction);
    }

    Rectangle {
        anchors.fill: parent
        visible: root.containsDrag
        color: Theme.veil

        SoftShadow {
            anchors.fill: card
            radius: 16
            reach: Theme.s4
        }

        DropCard {
            id: card

            anchors.horizontalCenter: parent.horizontalCenter
            y: Math.max(Theme.s4, (parent.height - height - (copy.visible ? copy.height + Theme.s3 : 0)) / 2)
            width: Math.min(560, parent.width - 2 * Theme.s6)
            preview: root.preview
            room: root.height - 120
            quiet: root.overCopy
        }

        Rectangle {
            id: copy

            anchors.horizontalCenter: parent.horizontalCenter
            y: card.y + card.height + Theme.s3
            width: card.width
            height: 52
            visible: root.preview.addable > 0
            radius: 16
            color: root.overCopy ? Theme.accentGround : Theme.surface

            DashedFrame {
                anchors.fill: parent
                color: root.overCopy ? Theme.accent : Theme.outline
            }

            Label {
                anchors.centerIn: parent
                width: Math.min(implicitWidth, parent.width - 2 * Theme.s4)
                text: qsTr("Drop here to copy into the models folder")
                color: root.overCopy ? Theme.accent : Theme.soft
                font: root.overCopy ? Theme.labelMedium : Theme.label
            }
        }
    }
}
