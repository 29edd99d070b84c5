pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The quantizations that something can become, with what each takes; one is chosen, and a button begins.
Column {
    id: root

    required property string intro
    required property string verb // "Convert to %1"
    readonly property ConversionChoices choices: App.conversionChoices
    readonly property ConvertChoice current: list.currentItem as ConvertChoice
    readonly property bool ready: root.current !== null && root.current.roomText.length === 0

    signal confirmed(string quantization) // empty: formats stay as they are

    // The row that is suggested, as soon as it is there.
    function takeFocus() {
        if (list.count > 0)
            list.goTo(root.choices.suggested);
    }
    function confirm() {
        if (root.ready)
            root.confirmed(root.current.quantization);
    }

    spacing: Theme.s3

    Connections {
        target: root.choices

        function onChanged() {
            root.takeFocus();
        }
    }

    Label {
        width: parent.width
        text: root.intro
        color: Theme.soft
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    Label {
        width: parent.width
        visible: text.length > 0
        text: root.choices.note
        font: Theme.note
        color: Theme.warning
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }

    Label {
        height: 52
        visible: root.choices.busy
        text: qsTr("Looking at the files…")
        color: Theme.soft
    }

    ErrorNote {
        width: parent.width
        visible: message.length > 0
        message: root.choices.errorText
    }

    RowList {
        id: list

        width: parent.width
        height: Math.max(56, Math.min(contentHeight, root.Window.height - 330))
        visible: count > 0
        name: qsTr("Quantizations")
        model: root.choices
        delegate: ConvertChoice {
            width: list.width
            suggested: index === root.choices.suggested
            onChosen: list.goTo(index)
            onConfirmed: root.confirm()
        }
    }

    Item {
        width: parent.width
        height: Math.max(begin.height, space.height)
        visible: list.count > 0

        Label {
            id: space

            anchors.verticalCenter: parent.verticalCenter
            width: begin.x - Theme.s3
            text: root.current && root.current.roomText.length > 0 ? root.current.roomText : root.choices.spaceText
            font: Theme.note
            color: root.current && root.current.roomText.length > 0 ? Theme.error : Theme.faint
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }

        PlainButton {
            id: begin

            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            primary: true
            enabled: root.ready
            text: root.verb.arg(root.current ? root.current.targetName : "")
            onClicked: root.confirm()
        }
    }
}
