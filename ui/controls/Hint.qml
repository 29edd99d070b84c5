pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.Ui.Theme

// A tool tip, shown after a moment.
T.ToolTip {
    id: root

    x: root.parent ? Math.round((root.parent.width - root.implicitWidth) / 2) : 0
    y: root.parent ? root.parent.height + Theme.s1 : 0
    implicitWidth: root.implicitContentWidth + root.leftPadding + root.rightPadding
    implicitHeight: root.implicitContentHeight + root.topPadding + root.bottomPadding
    margins: Theme.s1
    leftPadding: Theme.s2
    rightPadding: Theme.s2
    topPadding: Theme.s1
    bottomPadding: Theme.s1
    delay: 600
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent

    contentItem: Label {
        text: root.text
        font: Theme.note
        color: Theme.background
    }
    background: Rectangle {
        radius: Theme.chipRadius
        color: Theme.text
    }
}
