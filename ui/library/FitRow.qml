pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A model in the list: what it would take of the device's memory, whether it fits, how fast it would be.
// One line on a wide window, two on a narrow one.
T.Control {
    id: root

    required property int index
    required property string modelId
    required property string name
    required property bool here
    required property string where
    required property string quantization
    required property var choices
    required property real weightsShare
    required property real contextShare
    required property real workShare
    required property string memoryText
    required property string verdict
    required property string verdictText
    required property string verdictDetail
    required property string speedText
    required property string sourceText
    required property string action
    required property string path
    required property string licence
    required property var languages
    required property string scoresText
    required property string receiptText
    required property string promptText
    required property string libraryId
    required property real fileBytes
    required property string warning
    required property string taskPhase // "": nothing brings it here
    required property real taskProgress
    required property string taskText
    readonly property bool compact: root.width < 940
    readonly property bool current: ListView.isCurrentItem
    readonly property int pad: Theme.s4
    readonly property int gap: 14
    readonly property int actionWidth: 168 // of the column of buttons
    readonly property bool busy: root.taskPhase.length > 0
    readonly property real lower: root.pad + head.height + Theme.s3 // of the second line
    readonly property real wideHeight: Math.max(head.height, memory.height, fit.height, speed.height, button.height)
    readonly property string said: Join.spoken([root.quantization, root.memoryText, root.verdictText, root.verdictDetail, root.speedText, root.taskText])
    readonly property real figuresHeight: root.compact ? root.lower + Math.max(memory.height, fit.height, speed.height) + root.pad : root.wideHeight + 28

    signal touched // by the pointer
    signal opened
    signal chatRequested
    signal gpusRequested

    height: root.figuresHeight + (root.busy ? task.height + Theme.s2 : 0)
    focusPolicy: root.current ? Qt.StrongFocus : Qt.ClickFocus
    hoverEnabled: true
    Accessible.role: Accessible.ListItem
    Accessible.name: root.name
    Accessible.description: root.said
    Keys.onReturnPressed: root.opened()
    Keys.onEnterPressed: root.opened()
    Keys.onSpacePressed: root.opened()

    TapHandler {
        onTapped: {
            root.touched();
            root.opened();
        }
    }

    Rectangle {
        anchors.fill: parent
        anchors.margins: 1
        radius: Theme.panelRadius - 1
        color: root.hovered ? Theme.hover : "transparent"
    }

    Rectangle {
        width: parent.width
        height: root.index > 0 ? 1 : 0
        color: Theme.hairline
    }

    FocusRing {
        shown: root.visualFocus
        anchors.margins: 1
    }

    Column {
        id: head

        x: root.pad
        y: root.compact ? root.pad - 2 : (root.figuresHeight - height) / 2
        width: root.compact ? chip.x - x - root.gap : 208
        spacing: 2

        Label {
            width: parent.width
            text: root.name
            font: Theme.labelMedium
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            maximumLineCount: 2
        }

        Label {
            width: parent.width
            text: root.where
            font: Theme.note
            color: Theme.faint
        }
    }

    QuantizationChip {
        id: chip

        x: root.compact ? root.width - root.pad - (button.visible ? button.width + root.gap : 0) - width : head.x + head.width + root.gap
        y: root.compact ? head.y + (head.height - height) / 2 : (root.figuresHeight - height) / 2
        visible: root.quantization.length > 0
        quantization: root.quantization
        choices: root.choices
        focusPolicy: root.current ? Qt.StrongFocus : Qt.ClickFocus
        onChosen: name => App.fit.chooseQuantization(root.index, name)
    }

    Column {
        id: memory

        x: root.compact ? root.pad : head.x + head.width + 84 + 2 * root.gap
        y: root.compact ? root.lower + 6 : (root.figuresHeight - height) / 2
        width: root.compact ? root.width * 0.28 : Math.min(190, (root.width - 540) * 0.3)
        spacing: 5
        visible: root.memoryText.length > 0

        MemoryBar {
            width: parent.width
            weights: root.weightsShare
            context: root.contextShare
            workSpace: root.workShare
        }

        Label {
            width: parent.width
            text: root.memoryText
            font: Theme.note
            color: Theme.faint
        }
    }

    VerdictLabel {
        id: fit

        x: memory.x + memory.width + root.gap
        y: root.compact ? root.lower : (root.figuresHeight - height) / 2
        width: speed.x - x - root.gap
        verdict: root.verdict
        words: root.verdictText
        detail: root.verdictDetail
    }

    Column {
        id: speed

        x: root.compact ? root.width - root.pad - width : root.width - root.pad - root.actionWidth - root.gap - width
        y: root.compact ? root.lower : (root.figuresHeight - height) / 2
        width: 116
        spacing: 2

        Label {
            width: parent.width
            text: root.speedText
        }

        Label {
            width: parent.width
            text: root.sourceText
            font: Theme.note
            color: Theme.faint
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }

    FitRowButton {
        id: button

        objectName: "action-" + root.modelId
        x: root.width - root.pad - width
        y: root.compact ? root.pad - 2 : (root.figuresHeight - height) / 2
        name: root.name
        offer: root.action
        phase: root.taskPhase
        focusPolicy: root.current ? Qt.StrongFocus : Qt.ClickFocus
        onChatRequested: root.chatRequested()
        onGpusRequested: root.gpusRequested()
        onLocateRequested: root.opened()
        onDownloadRequested: App.fetch.ask(root.modelId, root.quantization, root.fileBytes, root.warning)
        onPauseRequested: App.fit.pauseTask(root.index)
        onResumeRequested: App.fit.resumeTask(root.index)
    }

    FitRowTask {
        id: task

        x: root.pad
        y: root.figuresHeight - Theme.s1
        width: root.width - 2 * root.pad
        visible: root.busy
        name: root.name
        phase: root.taskPhase
        progress: root.taskProgress
        words: root.taskText
    }
}
