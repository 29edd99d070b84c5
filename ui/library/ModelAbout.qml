pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What a model is, and how each of its quantizations does on the device of the list.
Column {
    id: root

    required property var facts // of ModelSheetContent
    readonly property var languageNames: ({
            en: "English",
            zh: "中文",
            ko: "한국어"
        })

    readonly property LibraryEntry entry: root.facts.libraryId.length > 0 ? entries.find(root.facts.libraryId) : null

    readonly property var files: root.entry ? App.library.importer.card(root.entry.modelId) : ({})
    readonly property string card: root.files.text ?? ""
    property bool cardShown: false

    signal chatRequested
    signal renamed(string name)
    signal removed

    spacing: Theme.s2

    LibraryEntries {
        id: entries
    }

    FactRow {
        width: parent.width
        name: qsTr("Place")
        value: root.facts.path.length > 0 ? root.facts.path : root.facts.where
    }

    FactRow {
        width: parent.width
        name: qsTr("Size")
        value: root.entry ? root.entry.sizeText : ""
    }

    FactRow {
        width: parent.width
        name: qsTr("Licence")
        value: root.facts.licence
    }

    FactRow {
        width: parent.width
        name: qsTr("Languages")
        value: root.facts.languages.map(code => root.languageNames[code] ?? code).join(", ")
    }

    FactRow {
        width: parent.width
        name: qsTr("Scores")
        value: root.facts.scores
    }

    FactRow {
        width: parent.width
        name: qsTr("Speed")
        value: root.facts.speed
    }

    FactRow {
        width: parent.width
        name: qsTr("Memory")
        value: root.facts.receipt
    }

    Label {
        width: parent.width
        topPadding: Theme.s3
        text: qsTr("Quantizations on %1").arg(App.fit.deviceName)
        font: Theme.heading3
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }

    Repeater {
        model: root.facts.choices
        delegate: QuantizationRow {
            required property var modelData

            width: root.width
            choice: modelData
        }
    }

    Item {
        width: 1
        height: Theme.s1
    }

    ModelActions {
        width: parent.width
        entry: root.entry
        onRenamed: name => root.renamed(name)
        onRemoved: root.removed()
        onChatRequested: {
            App.library.open(root.facts.path);
            root.chatRequested();
        }
    }

    PlainButton {
        visible: root.card.length > 0
        text: root.cardShown ? qsTr("Hide the model card") : qsTr("Show the model card")
        onClicked: root.cardShown = !root.cardShown
    }

    Label {
        width: parent.width
        visible: root.cardShown && root.card.length > 0
        text: root.card
        font: Theme.note
        color: Theme.soft
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }
}
