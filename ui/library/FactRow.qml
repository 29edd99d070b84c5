pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What something is and its value, on a line.
Row {
    id: root

    required property string name
    required property string value

    visible: root.value.length > 0
    spacing: Theme.s3
    Accessible.role: Accessible.StaticText
    Accessible.name: root.name + ": " + root.value

    Label {
        id: label

        width: Math.min(120, root.width * 0.3)
        text: root.name
        color: Theme.faint
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    Label {
        width: root.width - label.width - root.spacing
        text: root.value
        wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        elide: Text.ElideNone
    }
}
