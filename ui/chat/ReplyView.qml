pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A reply: thoughts, answer, what went wrong, figures and actions.
Column {
    id: root

    required property int messageId
    required property var blocks // BlockModel
    required property var thoughts // ThoughtModel, or null
    required property string thinkState
    required property real thinkSeconds
    required property int thinkTokens
    required property string replyState
    required property string errorText
    required property real tokensPerSecond
    required property real secondsToFirstToken
    required property bool last
    required property int variant
    required property int variants
    required property real windowHeight
    readonly property bool running: root.replyState === "waiting" || root.replyState === "writing"
    readonly property string note: {
        switch (root.replyState) {
        case "stopped":
            return qsTr("Stopped");
        case "limit":
            return qsTr("Stopped at the length limit");
        case "contextFull":
            return qsTr("Stopped: the context is full. Start a new chat or choose a longer context.");
        default:
            return "";
        }
    }

    spacing: Theme.s4
    Accessible.role: Accessible.Grouping
    Accessible.name: root.running ? qsTr("Reply, being written") : qsTr("Reply")

    WaitingLine {
        visible: root.replyState === "waiting" && root.thinkState === "none"
        width: root.width
    }

    PartLoader {
        width: root.width
        active: root.thinkState !== "none"
        visible: active
        part: ThinkingPanel {
            thoughts: root.thoughts
            thinkState: root.thinkState
            seconds: root.thinkSeconds
            tokens: root.thinkTokens
            heightLimit: Math.max(120, root.windowHeight * 0.4)
            onCopyRequested: Clipboard.copy(App.chat.messages.thoughtsText(root.messageId))
        }
    }

    Column {
        width: root.width
        visible: answer.count > 0
        spacing: Theme.betweenBlocks

        Repeater {
            id: answer

            model: root.blocks
            delegate: BlockView {
                width: root.width
            }
        }
    }

    PartLoader {
        width: root.width
        active: root.replyState === "failed"
        visible: active
        part: ErrorNote {
            message: root.errorText
            actionText: root.last ? qsTr("Try again") : ""
            onActionRequested: App.chat.regenerate(root.messageId)
        }
    }

    PartLoader {
        width: root.width
        active: !root.running && root.replyState !== "failed"
        visible: active
        part: ReplyFooter {
            tokensPerSecond: root.tokensPerSecond
            secondsToFirstToken: root.secondsToFirstToken
            note: root.note
            variant: root.variant
            variants: root.variants
            canRegenerate: root.last && !App.chat.busy
            onCopyRequested: Clipboard.copy(App.chat.messages.answerText(root.messageId))
            onVariantRequested: step => App.chat.showVariant(root.messageId, step)
            onRegenerateRequested: App.chat.regenerate(root.messageId)
        }
    }
}
