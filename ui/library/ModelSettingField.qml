pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// One setting of a model: its name, its value to change, what is recommended and why.
Item {
    id: root

    required property string key
    required property string name
    required property string kind // "number", "whole", "choice", "text"
    required property var value
    required property bool chosen
    required property var recommended // undefined: the device decides
    required property string advice
    required property var least
    required property var most
    required property var choices
    required property bool shown
    property bool refused: false
    readonly property bool isText: root.kind === "text"
    readonly property bool isChoice: root.kind === "choice"
    readonly property string recommendedText: root.isText || root.written(root.recommended).length === 0 ? "" : qsTr("Recommended: %1").arg(root.written(root.recommended))
    readonly property string problem: root.refused ? qsTr("From %1 to %2").arg(root.written(root.least)).arg(root.written(root.most)) : ""

    function take(value: var) {
        root.refused = !App.library.modelSettings.set(root.key, value);
    }
    function reset() {
        root.refused = false;
        App.library.modelSettings.reset(root.key);
    }
    function written(value: var): string {
        if (value === undefined || value === null)
            return "";
        return typeof value === "number" ? "" + Math.round(value * 1000) / 1000 : "" + value;
    }

    visible: root.shown
    implicitHeight: Math.max(words.height, root.isText ? 0 : Theme.controlHeight) + (root.isText ? area.height + Theme.s2 : 0)

    Column {
        id: words

        width: root.width - (root.isText ? (back.visible ? back.width : 0) : 200) - Theme.s4
        spacing: 2

        Label {
            width: parent.width
            text: root.name
            font: Theme.labelMedium
        }

        Label {
            width: parent.width
            visible: text.length > 0
            text: Join.facts([root.problem, root.recommendedText, root.advice])
            font: Theme.note
            color: root.refused ? Theme.error : Theme.faint
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }

    IconButton {
        id: back

        anchors.right: root.isText ? parent.right : control.left
        anchors.rightMargin: root.isText ? 0 : Theme.s1
        visible: root.chosen
        symbol: "refresh"
        symbolSide: 14
        text: qsTr("Reset %1 to recommended").arg(root.name)
        onClicked: root.reset()
    }

    Item {
        id: control

        anchors.right: parent.right
        width: root.isText ? 0 : 150
        height: Theme.controlHeight
        visible: !root.isText

        ChoiceBox {
            anchors.fill: parent
            visible: root.isChoice
            name: root.name
            value: root.isChoice ? "" + (root.chosen ? root.value : "") : ""
            choices: root.isChoice ? root.choices.map(choice => ({
                        value: choice,
                        text: choice.length > 0 ? choice : qsTr("Choose for me")
                    })) : []
            onChosen: chosen => root.take(chosen)
        }

        InputField {
            anchors.fill: parent
            visible: !root.isChoice
            name: root.name
            text: root.isText ? "" : root.written(root.value)
            placeholderText: root.recommended === undefined ? qsTr("Choose for me") : ""
            horizontalAlignment: root.written(root.value).length > 0 ? Text.AlignRight : Text.AlignLeft
            inputMethodHints: Qt.ImhFormattedNumbersOnly
            onEditingFinished: if (text.trim() !== root.written(root.value))
                root.take(Number(text.trim().replace(",", ".")))
        }
    }

    TextFrame {
        id: area

        y: words.height + Theme.s2
        width: root.width
        visible: root.isText
        name: root.name
        text: root.isText ? root.value ?? "" : ""
        onEdited: text => root.take(text)
    }
}
