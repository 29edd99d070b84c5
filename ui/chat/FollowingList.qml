pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A list that stays at its end while its end grows, until the reader scrolls away from it.
ListView {
    id: root

    property bool following: true
    property bool soft: false // glides to the end instead of jumping
    readonly property bool nearEnd: root.contentHeight - (root.contentY - root.originY) - root.height < 24

    function follow() {
        if (!root.following || root.count === 0)
            return;
        const distance = root.originY + root.contentHeight - root.height - root.contentY;
        if (root.contentHeight <= root.height) {
            root.positionViewAtBeginning();
        } else if (root.soft && !Theme.still && distance > 0 && distance < root.height) {
            glide.to = root.contentY + distance;
            glide.restart();
        } else {
            root.positionViewAtEnd();
        }
    }
    function toEnd() {
        root.following = true;
        root.follow();
    }
    function scrollBy(distance) {
        const last = root.originY + Math.max(0, root.contentHeight - root.height);
        root.contentY = Math.max(root.originY, Math.min(last, root.contentY + distance));
        root.following = root.nearEnd;
    }

    clip: true
    currentIndex: -1 // no row is the current one; the list itself has the keyboard
    boundsBehavior: Flickable.StopAtBounds
    maximumFlickVelocity: 4000
    onContentHeightChanged: followLater.start()
    onHeightChanged: followLater.start()
    onCountChanged: followLater.start()
    onMovementStarted: {
        glide.stop();
        root.following = false;
    }
    onMovementEnded: root.following = root.nearEnd
    Keys.onPressed: event => {
        const page = Math.max(40, root.height - 60);
        const steps = {
            [Qt.Key_PageUp]: -page,
            [Qt.Key_PageDown]: page,
            [Qt.Key_Up]: -40,
            [Qt.Key_Down]: 40,
            [Qt.Key_Home]: -1e9,
            [Qt.Key_End]: 1e9
        };
        if (event.key in steps) {
            root.scrollBy(steps[event.key]);
            event.accepted = true;
        }
    }

    NumberAnimation {
        id: glide

        target: root
        property: "contentY"
        duration: Theme.calm
        easing.type: Easing.OutCubic
    }

    // Moving the list while it lays out its rows would make it build all of them.
    Timer {
        id: followLater

        interval: 0
        onTriggered: root.follow()
    }

    SlimScrollBar.vertical: SlimScrollBar {
        onPressedChanged: root.following = !pressed && root.nearEnd
    }
}
