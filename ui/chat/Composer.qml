pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Where the user writes. Grows with the text to a limit; Enter sends, Shift+Enter starts a line.
Rectangle {
    id: root

    property real heightLimit: 220
    readonly property alias input: area
    readonly property bool reachedByKey: area.activeFocus && (area.focusReason === Qt.TabFocusReason || area.focusReason === Qt.BacktabFocusReason)
    readonly property bool hasText: area.text.trim().length > 0 || area.preeditText.length > 0

    function takeFocus() {
        area.forceActiveFocus(Qt.OtherFocusReason);
    }
    function send() {
        if (!App.chat.canSend || area.text.trim().length === 0)
            return;
        const text = area.text;
        area.clear();
        App.chat.send(text);
    }

    implicitHeight: scroll.height + tools.height + 12 + 10 + Theme.s2
    radius: Theme.composerRadius
    color: Theme.surface
    // The composer has the keyboard nearly always; the ring shows when the keyboard brought it here.
    border.width: root.reachedByKey ? Theme.focusWidth : 1
    border.color: root.reachedByKey ? Theme.accent : area.activeFocus ? Theme.outline : Theme.hairline

    Flickable {
        id: scroll

        x: Theme.s4
        y: 12
        width: root.width - 2 * Theme.s4
        height: Math.min(root.heightLimit, Math.max(26, area.implicitHeight))
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        SlimScrollBar.vertical: SlimScrollBar {}
        T.TextArea.flickable: InputArea {
            id: area

            name: qsTr("Message")
            placeholderText: App.library.state === "ready" ? qsTr("Write a message. Enter sends, Shift+Enter starts a line.") : qsTr("Write a message. Open a model to send it.")
            focus: true
            onTextChanged: if (App.chat.draft !== text)
                App.chat.draft = text
            Component.onCompleted: text = App.chat.draft

            Connections {
                target: App.chat

                function onDraftChanged() {
                    if (area.text === App.chat.draft)
                        return;
                    area.text = App.chat.draft;
                    area.cursorPosition = area.length;
                }
            }
        }
    }

    ComposerKeys {
        id: keys

        target: area
        onSendRequested: root.send()
    }

    TapHandler {
        onTapped: root.takeFocus()
    }

    ComposerTools {
        id: tools

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        anchors.leftMargin: Theme.s4
        anchors.rightMargin: Theme.s3
        anchors.bottomMargin: 10
        sendable: App.chat.canSend && root.hasText
        onSendRequested: {
            keys.commitPreedit();
            root.send();
            root.takeFocus();
        }
    }
}
