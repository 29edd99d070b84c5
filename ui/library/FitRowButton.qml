pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls

// The one thing to do next with a model of the list: talk to it, bring it here, or go on with that.
PlainButton {
    id: root

    required property string name
    required property string offer // the action of FitListModel: "chat", "download", "convert", "machines"
    required property string phase // of what brings it here; empty: nothing does
    readonly property var next: {
        if (root.phase === "running" || root.phase === "waiting")
            return {
                text: qsTr("Pause"),
                said: qsTr("Pause: %1"),
                run: () => root.pauseRequested()
            };
        if (root.phase === "paused")
            return {
                text: qsTr("Resume"),
                said: qsTr("Resume: %1"),
                run: () => root.resumeRequested()
            };
        if (root.phase === "failed")
            return {
                text: qsTr("Try again"),
                said: qsTr("Try again: %1"),
                run: () => root.resumeRequested()
            };
        return root.offers[root.offer];
    }
    readonly property var offers: ({
            chat: {
                text: qsTr("Chat"),
                said: qsTr("Chat with %1"),
                run: () => root.chatRequested()
            },
            locate: {
                text: qsTr("Locate…"),
                said: qsTr("Locate %1"),
                run: () => root.locateRequested()
            },
            download: {
                text: qsTr("Download"),
                said: qsTr("Download %1"),
                run: () => root.downloadRequested()
            },
            convert: {
                text: qsTr("Download and convert"),
                said: qsTr("Download and convert %1"),
                run: () => root.downloadRequested()
            },
            machines: {
                text: qsTr("What would run it?"),
                said: qsTr("What would run %1?"),
                run: () => root.gpusRequested()
            }
        })

    signal chatRequested
    signal locateRequested
    signal downloadRequested
    signal gpusRequested
    signal pauseRequested
    signal resumeRequested

    text: root.next.text
    Accessible.name: root.next.said.arg(root.name)
    onClicked: root.next.run()
    onDoubleClicked: () => {} // is one press: its second half shall not pause what the first has begun
}
