pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A preference: its name, what it does, and at the right the control that changes it.
RowLayout {
    id: root

    required property string name
    property string note
    default property alias control: place.data

    spacing: Theme.s4

    ColumnLayout {
        Layout.fillWidth: true
        spacing: 0

        Label {
            Layout.fillWidth: true
            text: root.name
            font: Theme.labelMedium
        }

        Label {
            Layout.fillWidth: true
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

        Layout.alignment: Qt.AlignVCenter
        implicitWidth: childrenRect.width
        implicitHeight: Math.max(Theme.controlHeight, childrenRect.height)
    }
}
