pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Theme

// What the model thought before it answered. Open while it thinks, folded a moment after, unless the reader
// touched it or prefers otherwise (Settings.thoughtsMode).
Rectangle {
    id: root

    required property var thoughts // ThoughtModel
    required property string thinkState // "thinking", "done", "stopped"
    required property real seconds
    required property int tokens
    required property real heightLimit
    property bool open: false
    property bool touched: false
    readonly property bool thinking: root.thinkState === "thinking"
    readonly property string title: {
        if (root.thinking)
            return qsTr("Thinking… %1").arg(Duration.text(root.seconds));
        const done = root.thinkState === "stopped" ? qsTr("Stopped after thinking for %1") : qsTr("Thought for %1");
        return done.arg(Duration.taken(root.seconds)) + " · " + qsTr("%n tokens", "", root.tokens);
    }

    signal copyRequested

    function wanted() {
        const mode = App.settings.thoughtsMode;
        return mode === "open" || (mode === "fold" && root.thinkState === "thinking");
    }
    function toggle() {
        root.touched = true;
        root.open = !root.open;
    }

    objectName: "thinkingPanel"
    implicitHeight: header.height + body.height
    radius: Theme.panelRadius
    color: Theme.thoughts
    Component.onCompleted: root.open = root.wanted()
    onThinkStateChanged: {
        if (root.touched)
            return;
        if (root.thinkState === "thinking")
            root.open = root.wanted();
        else
            foldLater.restart();
    }

    Connections {
        target: App.settings

        function onThoughtsModeChanged() {
            root.touched = false;
            root.open = root.wanted();
        }
    }

    Timer {
        id: foldLater

        interval: 600 // long enough to see that the answer begins
        onTriggered: if (!root.touched)
            root.open = root.wanted()
    }

    ThinkingHeader {
        id: header

        width: root.width
        title: root.title
        open: root.open
        thinking: root.thinking
        onToggled: root.toggle()
        onCopyRequested: root.copyRequested()
    }

    Item {
        id: body

        property real reveal: root.open ? 1 : 0

        y: header.height
        width: root.width
        height: Math.round((list.implicitHeight + Theme.s3 + 2) * reveal)
        clip: true
        visible: reveal > 0

        Behavior on reveal {
            NumberAnimation {
                duration: Theme.calm
                easing.type: Easing.OutCubic
            }
        }

        PartLoader {
            id: list

            x: 30
            width: root.width - 30 - Theme.s1
            active: body.reveal > 0
            part: ThoughtList {
                heightLimit: root.heightLimit
                model: root.thoughts
                following: root.thinking
            }
        }
    }
}
