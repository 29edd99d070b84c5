pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.Ui.Theme

// Several lines of text to type, in a frame that grows to a limit and scrolls then.
Rectangle {
    id: root

    required property string name
    required property string text
    property real most: 132

    signal edited(string text)

    implicitHeight: Math.min(root.most, Math.max(64, area.implicitHeight))
    radius: Theme.buttonRadius
    color: Theme.surface
    border.width: area.activeFocus ? Theme.focusWidth : 1
    border.color: area.activeFocus ? Theme.accent : Theme.hairline

    Flickable {
        anchors.fill: parent
        anchors.margins: 2
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        SlimScrollBar.vertical: SlimScrollBar {}
        T.TextArea.flickable: InputArea {
            id: area

            padding: Theme.s3 - 2
            font: Theme.thought
            name: root.name
            text: root.text
            onEditingFinished: if (text !== root.text)
                root.edited(text)
        }
    }
}
