pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Theme

// A list, nested by depth. items: [{html, depth, marker}].
Column {
    id: root

    required property var items

    spacing: Theme.s1

    Repeater {
        model: IndexModel {
            count: root.items.length
        }
        delegate: Item {
            id: line

            required property int index
            readonly property var entry: root.items[line.index] ?? ({
                    html: "",
                    depth: 0,
                    marker: ""
                })

            width: root.width
            height: text.implicitHeight

            RichText {
                x: text.x - width - 8
                html: line.entry.marker
                color: Theme.soft
                wrapMode: TextEdit.NoWrap
            }

            RichText {
                id: text

                x: 24 + line.entry.depth * 22
                width: root.width - x
                html: line.entry.html
            }
        }
    }
}
