pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// How the loaded model marks its thoughts: found in its template, never, or by marks that the user names.
ColumnLayout {
    id: root

    readonly property string path: App.library.path
    property string line: ""
    property bool own: false

    function read() {
        root.line = App.settings.thinkMarks(root.path);
        root.own = root.line.length > 0 && root.line !== "never";
    }

    function write(value: string) {
        App.settings.setThinkMarks(root.path, value);
        root.line = value;
    }

    function choose(choice: string) {
        root.own = choice === "own";
        root.write(choice === "own" ? "<think> </think>" : choice);
    }

    spacing: Theme.s2
    onPathChanged: root.read()
    Component.onCompleted: root.read()

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Thoughts of this model")
        note: qsTr("Which part of a reply is folded away as thoughts")

        ChoiceBox {
            width: 200
            name: qsTr("Thoughts of this model")
            value: root.own ? "own" : root.line
            choices: [
                {
                    value: "",
                    text: qsTr("As the model says")
                },
                {
                    value: "never",
                    text: qsTr("Never fold")
                },
                {
                    value: "own",
                    text: qsTr("Between my marks")
                }
            ]
            onChosen: chosen => root.choose(chosen)
        }
    }

    InputField {
        Layout.fillWidth: true
        visible: root.own
        name: qsTr("Opening and closing mark")
        placeholderText: "<think> </think>"
        text: root.line
        onEditingFinished: root.write(text.trim())
    }
}
