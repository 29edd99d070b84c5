pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// The shadow under an overlay: a few faint rounded shapes, each a little larger.
Item {
    id: root

    property real radius: Theme.panelRadius
    property int reach: 6

    Repeater {
        model: 6
        delegate: Rectangle {
            required property int index
            readonly property real grown: root.reach * (index + 1) / 6

            x: -grown
            y: -grown + root.reach / 3
            width: root.width + 2 * grown
            height: root.height + 2 * grown
            radius: root.radius + grown
            color: Theme.shadow
        }
    }
}
