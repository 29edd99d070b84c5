pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// The paragraphs of a thought. Grows to a limit, then scrolls softly with the end.
FollowingList {
    id: root

    required property real heightLimit

    soft: true
    // In steps of a line: the panel grows with the thought, not with every measure of the list.
    implicitHeight: Math.min(root.heightLimit, Math.max(Theme.thoughtLine, root.contentHeight))
    spacing: Theme.s2
    interactive: root.contentHeight > root.height + 1
    cacheBuffer: 200
    delegate: PlainText {
        required property string text

        width: ListView.view.width - Theme.s3
        plain: text
        font: Theme.thought
        color: Theme.soft
        lineHeight: Theme.thoughtLine
    }
}
