pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// Content higher than its place; what gets the keyboard is scrolled into sight.
Flickable {
    id: root

    readonly property Item focused: root.Window.activeFocusItem

    function holds(item) {
        for (let parent = item; parent; parent = parent.parent)
            if (parent === root.contentItem)
                return true;
        return false;
    }
    function reveal() {
        if (!root.focused || root.focused.height > root.height || !root.holds(root.focused))
            return;
        const top = root.focused.mapToItem(root.contentItem, 0, 0).y - Theme.s2;
        const bottom = top + root.focused.height + 2 * Theme.s2;
        if (top < root.contentY)
            root.contentY = Math.max(0, top);
        else if (bottom > root.contentY + root.height)
            root.contentY = Math.max(0, Math.min(root.contentHeight, bottom) - root.height);
    }

    contentWidth: root.width
    boundsBehavior: Flickable.StopAtBounds
    clip: true
    SlimScrollBar.vertical: SlimScrollBar {}
    onFocusedChanged: {
        root.reveal();
        settling.restart();
    }
    onHeightChanged: {
        root.reveal();
        settling.restart();
    }
    onContentHeightChanged: if (settling.running)
        root.reveal()

    // The content is laid out a moment after the window has changed.
    Timer {
        id: settling

        interval: 300
    }
}
