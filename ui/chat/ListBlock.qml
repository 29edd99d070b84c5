pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// A list, nested by depth. items: [{html, depth, marker}].
Column {
    id: root

    required property var items

    spacing: Theme.s1

    Repeater {
        model: root.items
        delegate: Item {
            id: line

            required property var modelData

            width: root.width
            height: text.implicitHeight

            RichText {
                x: text.x - width - 8
                html: line.modelData.marker
                color: Theme.soft
                wrapMode: TextEdit.NoWrap
            }

            RichText {
                id: text

                x: 24 + line.modelData.depth * 22
                width: root.width - x
                html: line.modelData.html
            }
        }
    }
}
