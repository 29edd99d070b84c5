pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Whether a model fits: the verdict in words and colour, and below it by how much.
Column {
    id: root

    required property string verdict // "fits", "tight", ... as FitListModel has it
    required property string words
    property string detail

    spacing: 2

    Label {
        width: root.width
        text: root.words
        font: Theme.labelStrong
        color: Theme.verdictColor(root.verdict)
    }

    Label {
        width: root.width
        visible: text.length > 0
        text: Join.unbroken(root.detail)
        font: Theme.note
        color: Theme.faint
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }
}
