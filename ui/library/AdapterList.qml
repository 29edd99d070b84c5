pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// LoRA adapters of one model, each with its strength.
Column {
    id: root

    readonly property ModelSettingsModel fields: App.library.modelSettings
    readonly property var adapters: root.fields.adapters

    spacing: Theme.s2

    Label {
        width: parent.width
        text: root.adapters.length > 0 ? qsTr("0 turns an adapter off, 1 is as it was trained.") : qsTr("A LoRA adapter changes what a model knows or how it speaks. Add one that was made for this model.")
        color: Theme.soft
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    Repeater {
        // Numbers, so that a row stays while its strength is moved.
        model: IndexModel {
            count: root.adapters.length
        }
        delegate: AdapterRow {
            required property int index

            width: root.width
            adapter: root.adapters[index] ?? ({})
            onMoved: strength => root.fields.setAdapter(adapter.path, strength)
            onRemoved: root.fields.removeAdapter(adapter.path)
        }
    }

    Row {
        spacing: Theme.s2

        PlainButton {
            text: qsTr("Add a file…")
            onClicked: file.open()
        }

        PlainButton {
            text: qsTr("Add a folder…")
            onClicked: folder.open()
        }
    }

    FileDialog {
        id: file

        title: qsTr("Choose an adapter")
        nameFilters: [qsTr("Adapters (*.gguf)"), qsTr("All files (*)")]
        onAccepted: root.fields.setAdapter("" + selectedFile, 1)
    }

    FolderDialog {
        id: folder

        title: qsTr("Choose the folder of an adapter")
        onAccepted: root.fields.setAdapter("" + selectedFolder, 1)
    }
}
