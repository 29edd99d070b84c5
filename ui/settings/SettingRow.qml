pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A preference: its name, what it does, and at the right the control that changes it.
Item {
    id: root

    required property string name
    property string note
    default property alias control: place.data

    implicitHeight: Math.max(Theme.controlHeight, words.height, place.height)

    Column {
        id: words

        anchors.verticalCenter: parent.verticalCenter
        width: root.width - place.width - Theme.s4

        Label {
            width: parent.width
            text: root.name
            font: Theme.labelMedium
        }

        Label {
            width: parent.width
            visible: root.note.length > 0
            text: root.note
            font: Theme.note
            color: Theme.faint
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }

    Item {
        id: place

        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        width: childrenRect.width
        height: childrenRect.height
    }
}
