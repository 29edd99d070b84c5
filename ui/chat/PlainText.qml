pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Theme

// Plain text that can be selected; text that grows at its end is appended.
TextEdit {
    id: root

    property string plain
    property real lineHeight: Theme.bodyLine

    font: Theme.body
    color: Theme.text
    selectionColor: Theme.selection
    selectedTextColor: Theme.text
    textFormat: TextEdit.PlainText
    wrapMode: TextEdit.Wrap
    readOnly: true
    selectByMouse: true
    activeFocusOnTab: false

    PlainDocument {
        document: root.textDocument
        text: root.plain
        lineHeight: root.lineHeight
    }

    HoverHandler {
        cursorShape: Qt.IBeamCursor
    }
}
