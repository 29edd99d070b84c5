pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// LoRA adapters of one model: on or off, each with its strength; and a new model of them all.
Column {
    id: root

    readonly property AdapterModel adapters: App.library.adapters
    property bool merging: false // one was asked for here

    spacing: Theme.s2

    Connections {
        target: root.adapters

        function onOpened() {
            root.merging = false;
        }
    }

    Label {
        width: parent.width
        text: root.adapters.count > 0 ? qsTr("Strength 1 is as an adapter was trained; their effects add up.") : qsTr("A LoRA adapter changes what a model knows or how it speaks. Add one that was made for this model.")
        color: Theme.soft
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    Repeater {
        model: root.adapters
        delegate: AdapterRow {
            width: root.width
            last: index === root.adapters.count - 1
            onMoved: strength => root.adapters.setStrength(index, strength)
            onSwitched: applied => root.adapters.setApplied(index, applied)
            onShifted: by => root.adapters.move(index, index + by)
            onRemoved: root.adapters.remove(index)
        }
    }

    Label {
        width: parent.width
        visible: text.length > 0
        text: root.adapters.busy ? qsTr("Looking at the adapter…") : App.library.adaptersWaiting && App.library.path === root.adapters.modelPath ? qsTr("This holds from the next reply on.") : ""
        font: Theme.note
        color: Theme.warning
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    ErrorNote {
        width: parent.width
        visible: message.length > 0
        message: root.adapters.problemText
        closable: true
        onClosed: root.adapters.dismissProblem()
    }

    Flow {
        width: parent.width
        spacing: Theme.s2

        PlainButton {
            text: qsTr("Add a file…")
            onClicked: file.open()
        }

        PlainButton {
            text: qsTr("Add a folder…")
            onClicked: folder.open()
        }

        PlainButton {
            objectName: "mergeButton"
            visible: root.adapters.count > 0
            enabled: root.adapters.effective > 0
            text: qsTr("Merge into a new file…")
            onClicked: merge.ask(root.adapters.modelId)
        }
    }

    Label {
        width: parent.width
        visible: root.merging
        text: qsTr("The new model is being made. The models page shows how far it is.")
        color: Theme.soft
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    MergeSheet {
        id: merge

        onStarted: root.merging = true
    }

    FileDialog {
        id: file

        title: qsTr("Choose an adapter")
        nameFilters: [qsTr("Adapters (*.gguf)"), qsTr("All files (*)")]
        onAccepted: root.adapters.add("" + selectedFile)
    }

    FolderDialog {
        id: folder

        title: qsTr("Choose the folder of an adapter")
        onAccepted: root.adapters.add("" + selectedFolder)
    }
}
