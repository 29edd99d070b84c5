pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Theme

// Inline rich text that can be selected and whose links open in the browser.
TextEdit {
    id: root

    property string html
    property real lineHeight: Theme.bodyLine

    font: Theme.body
    color: Theme.text
    selectionColor: Theme.selection
    selectedTextColor: Theme.text
    textFormat: TextEdit.RichText
    wrapMode: TextEdit.Wrap
    readOnly: true
    selectByMouse: true
    activeFocusOnTab: false
    onLinkActivated: link => Qt.openUrlExternally(link)

    Component.onCompleted: rich.ready = true

    RichDocument {
        id: rich

        document: root.textDocument
        html: root.html
        lineHeight: root.lineHeight
        linkColor: Theme.accent
        codeBackground: Theme.ownMessage
        codeFamilies: Theme.codeFamilies
    }

    HoverHandler {
        cursorShape: root.hoveredLink.length > 0 ? Qt.PointingHandCursor : Qt.IBeamCursor
    }
}
