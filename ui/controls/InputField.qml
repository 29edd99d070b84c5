pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.Ui.Theme

// One line of text to type.
T.TextField {
    id: root

    required property string name

    implicitWidth: 160
    implicitHeight: Theme.controlHeight
    leftPadding: Theme.s3
    rightPadding: Theme.s3
    font: Theme.label
    color: Theme.text
    selectionColor: Theme.selection
    selectedTextColor: Theme.text
    placeholderTextColor: Theme.faint
    verticalAlignment: TextInput.AlignVCenter
    selectByMouse: true
    Accessible.name: root.name

    background: Rectangle {
        radius: Theme.buttonRadius
        color: Theme.surface
        border.width: root.activeFocus ? Theme.focusWidth : 1
        border.color: root.activeFocus ? Theme.accent : Theme.hairline
    }

    Label {
        x: root.leftPadding
        width: root.width - root.leftPadding - root.rightPadding
        height: root.height
        visible: root.length === 0 && root.preeditText.length === 0
        text: root.placeholderText
        color: root.placeholderTextColor
    }
}
