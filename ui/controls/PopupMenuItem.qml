pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.Desktop
import Ponder.Ui.Theme

// A line of a menu; a checkable one shows a mark.
T.MenuItem {
    id: root

    property color tint: Theme.text

    implicitWidth: root.implicitContentWidth + root.leftPadding + root.rightPadding
    implicitHeight: Theme.controlHeight
    leftPadding: root.checkable ? 32 : Theme.s3
    rightPadding: Theme.s3
    Accessible.name: root.text

    contentItem: Label {
        text: root.text
        color: root.enabled ? root.tint : Theme.faint
    }
    indicator: Icon {
        x: Theme.s2
        y: (root.height - height) / 2
        visible: root.checkable && root.checked
        name: "check"
        color: Theme.accent
    }
    background: Rectangle {
        radius: Theme.buttonRadius - 2
        color: root.highlighted ? Theme.hover : "transparent"
    }
}
