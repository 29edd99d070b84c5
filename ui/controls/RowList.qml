pragma ComponentBehavior: Bound

import QtQuick

// A list whose rows take the keyboard: one stop for Tab, the arrows go from row to row.
ListView {
    id: root

    required property string name

    function goTo(index: int) {
        if (root.count === 0)
            return;
        const next = Math.max(0, Math.min(root.count - 1, index));
        root.positionViewAtIndex(next, ListView.Contain);
        root.itemAtIndex(next)?.forceActiveFocus(Qt.TabFocusReason); // first: the row that has it stays a stop
        root.currentIndex = next;
    }

    clip: true
    boundsBehavior: Flickable.StopAtBounds
    SlimScrollBar.vertical: SlimScrollBar {}
    onCountChanged: if (root.count > 0 && root.currentIndex < 0)
        root.currentIndex = 0 // a list that was empty at first has none
    Accessible.role: Accessible.List
    Accessible.name: root.name
    Keys.onPressed: event => {
        const page = Math.max(1, Math.floor(root.height / 60));
        const steps = {
            [Qt.Key_Up]: -1,
            [Qt.Key_Down]: 1,
            [Qt.Key_PageUp]: -page,
            [Qt.Key_PageDown]: page,
            [Qt.Key_Home]: -root.count,
            [Qt.Key_End]: root.count
        };
        if (event.key in steps) {
            root.goTo(root.currentIndex + steps[event.key]);
            event.accepted = true;
        }
    }
}
