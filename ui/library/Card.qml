pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A titled part of the page in a frame.
Column {
    id: root

    required property string title
    default property alias content: inner.data

    spacing: Theme.s2

    Label {
        width: parent.width
        text: root.title
        font: Theme.heading3
        Accessible.role: Accessible.Heading
        Accessible.name: root.title
    }

    Rectangle {
        width: parent.width
        height: inner.height
        radius: Theme.panelRadius
        color: Theme.surface
        border.width: 1
        border.color: Theme.hairline

        Column {
            id: inner

            width: parent.width
        }
    }
}
