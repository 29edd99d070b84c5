pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.Desktop
import Ponder.Ui.Theme

// A full-width action with a picture and, at its end, its keys.
ButtonBase {
    id: root

    required property string symbol
    property string keys
    property bool current: false // what it opens is open

    leftPadding: Theme.s2 + 2
    rightPadding: Theme.s2 + 2
    implicitHeight: Theme.controlHeight
    Accessible.selected: root.current

    contentItem: RowLayout {
        spacing: Theme.s2

        Icon {
            Layout.preferredWidth: 16
            Layout.preferredHeight: 16
            name: root.symbol
            color: Theme.soft
        }

        Label {
            Layout.fillWidth: true
            text: root.text
            font: root.current ? Theme.labelMedium : Theme.label
            color: root.current || root.hovered || root.visualFocus ? Theme.text : Theme.soft
        }

        Label {
            text: root.keys
            font: Theme.small
            color: Theme.faint
        }
    }
    background: Rectangle {
        radius: Theme.buttonRadius
        color: root.current ? Theme.surface : root.hovered || root.down ? Theme.hover : "transparent"

        FocusRing {
            shown: root.visualFocus
        }
    }
}
