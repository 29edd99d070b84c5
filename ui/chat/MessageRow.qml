pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Theme

// One turn in the list: a question or a reply, in the column of text.
Item {
    id: root

    required property int index
    required property int messageId
    required property string role
    required property string text
    required property var blocks
    required property var thoughts
    required property string thinkState
    required property real thinkSeconds
    required property int thinkTokens
    required property string state
    required property string errorText
    required property real tokensPerSecond
    required property real secondsToFirstToken
    required property bool last
    required property int variant
    required property int variants

    required property int lastQuestion // row of the last question
    required property real windowHeight

    implicitHeight: turn.y + turn.height + Theme.betweenTurns

    PartLoader {
        id: turn

        y: root.index === 0 ? Theme.s6 + 2 : 0
        anchors.horizontalCenter: parent.horizontalCenter
        width: Math.min(Theme.column, root.width - 2 * Theme.s6)
        settled: true
        part: root.role === "user" ? question : reply
    }

    Component {
        id: question

        QuestionBubble {
            question: root.text
            editable: root.index === root.lastQuestion && !App.chat.busy
        }
    }
    Component {
        id: reply

        ReplyView {
            messageId: root.messageId
            blocks: root.blocks
            thoughts: root.thoughts
            thinkState: root.thinkState
            thinkSeconds: root.thinkSeconds
            thinkTokens: root.thinkTokens
            replyState: root.state
            errorText: root.errorText
            tokensPerSecond: root.tokensPerSecond
            secondsToFirstToken: root.secondsToFirstToken
            last: root.last
            variant: root.variant
            variants: root.variants
            windowHeight: root.windowHeight
        }
    }
}
