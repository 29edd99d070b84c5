pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What can be done with a model of the library: talk to it, rename it, find its moved file, take it off, delete its file.
Column {
    id: root

    required property LibraryEntry entry // null: the model is not of the library
    readonly property string key: root.entry?.modelId ?? ""
    readonly property bool missing: root.entry?.missing ?? false
    property bool renaming: false
    property string question // before a file is deleted

    signal chatRequested
    signal renamed(string name)
    signal removed

    function rename() {
        field.text = root.entry.name;
        root.renaming = true;
        field.selectAll();
        field.forceActiveFocus();
    }
    function keepName() {
        if (!root.renaming)
            return;
        root.renaming = false;
        App.library.models.rename(root.key, field.text.trim());
        root.renamed(root.entry.name);
    }

    visible: root.entry !== null
    spacing: Theme.s2

    Label {
        width: parent.width
        visible: root.missing
        text: qsTr("The file is not there any more. If it was moved, show where it is now.")
        color: Theme.warning
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    InputField {
        id: field

        width: parent.width
        visible: root.renaming
        name: qsTr("New name of the model")
        onAccepted: root.keepName()
        Keys.onEscapePressed: root.renaming = false
    }

    Flow {
        width: parent.width
        visible: root.question.length === 0
        spacing: Theme.s2

        PlainButton {
            visible: !root.missing
            primary: true
            text: qsTr("Chat")
            onClicked: root.chatRequested()
        }

        PlainButton {
            visible: root.missing
            primary: true
            text: qsTr("Locate…")
            onClicked: place.open()
        }

        PlainButton {
            text: root.renaming ? qsTr("Keep the name") : qsTr("Rename")
            onClicked: root.renaming ? root.keepName() : root.rename()
        }

        PlainButton {
            text: qsTr("Remove from the list")
            onClicked: {
                App.library.importer.remove(root.key);
                root.removed();
            }
        }

        PlainButton {
            visible: App.library.importer.deleteQuestion(root.key).length > 0
            text: qsTr("Delete the file…")
            onClicked: root.question = App.library.importer.deleteQuestion(root.key)
        }
    }

    Label {
        width: parent.width
        visible: root.question.length > 0
        text: root.question
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    Row {
        visible: root.question.length > 0
        spacing: Theme.s2

        PlainButton {
            text: qsTr("Delete")
            onClicked: {
                App.library.importer.remove(root.key, true);
                root.removed();
            }
        }

        PlainButton {
            text: qsTr("Keep")
            onClicked: root.question = ""
        }
    }

    FileDialog {
        id: place

        title: qsTr("Where is the model now?")
        nameFilters: [qsTr("Models (*.gguf)"), qsTr("All files (*)")]
        onAccepted: App.library.importer.locate(root.key, "" + place.selectedFile)
    }
}
