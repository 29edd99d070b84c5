pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The quantizations that a folder of weights can become, with what each takes.
Column {
    id: root

    property var choices: []

    signal chosen(string quantization)

    function show(choices: var) {
        root.choices = choices;
        list.forceActiveFocus(Qt.PopupFocusReason);
    }

    spacing: Theme.s3

    Label {
        width: parent.width
        text: qsTr("The folder stays as it is; a GGUF file is made in the models folder. Smaller is quicker, larger is nearer to the original.")
        color: Theme.soft
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    RowList {
        id: list

        width: parent.width
        height: contentHeight
        name: qsTr("Quantizations")
        model: root.choices
        delegate: ConvertChoice {
            width: list.width
            onClicked: root.chosen(modelData.name)
        }
    }
}
