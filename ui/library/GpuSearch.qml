pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Finds a graphics processor of the catalogue by part of its name.
Column {
    id: root

    readonly property var names: App.fit.gpuNames
    readonly property string wanted: search.text.trim().toLowerCase()
    readonly property var found: root.names.filter(name => name.toLowerCase().includes(root.wanted))

    signal chosen(string name)

    function begin() {
        search.clear();
        search.forceActiveFocus(Qt.PopupFocusReason);
    }

    spacing: Theme.s3

    InputField {
        id: search

        width: parent.width
        name: qsTr("Search by name")
        placeholderText: qsTr("Search by name")
        onAccepted: if (root.found.length > 0)
            root.chosen(root.found[0])
        Keys.onDownPressed: list.goTo(0)
    }

    RowList {
        id: list

        width: parent.width
        height: Math.max(96, Math.min(340, root.Window.height - 200))
        name: qsTr("Graphics processors")
        model: root.found
        delegate: GpuNameRow {
            width: list.width
            onClicked: root.chosen(text)
        }

        Label {
            y: Theme.s2
            width: parent.width
            visible: list.count === 0
            text: qsTr("The catalogue has no GPU of this name.")
            color: Theme.soft
        }
    }
}
