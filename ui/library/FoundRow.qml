pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A model of another program: what it is, and a button that takes it into the list.
T.Control {
    id: root

    required property int index
    required property string name
    required property string detail
    required property string place // the program's name
    required property bool addable
    required property bool added
    required property string reason
    required property string remedy
    readonly property string facts: Join.facts([root.place, root.detail, root.reason, root.remedy])

    signal touched

    implicitHeight: words.height + 2 * Theme.s2 + 4
    focusPolicy: ListView.isCurrentItem ? Qt.StrongFocus : Qt.ClickFocus
    hoverEnabled: true
    Accessible.role: Accessible.ListItem
    Accessible.name: root.name
    Accessible.description: root.facts
    Keys.onReturnPressed: if (button.enabled)
        button.activate()

    TapHandler {
        onTapped: root.touched()
    }

    Rectangle {
        width: parent.width
        height: root.index > 0 ? 1 : 0
        color: Theme.hairline
    }

    FocusRing {
        anchors.margins: 0
        shown: root.visualFocus
    }

    Column {
        id: words

        x: Theme.s3
        y: Theme.s2 + 2
        width: button.x - x - Theme.s3
        spacing: 2

        Label {
            width: parent.width
            text: root.name
            font: Theme.labelMedium
            elide: Text.ElideMiddle
        }

        Label {
            width: parent.width
            text: root.facts
            font: Theme.note
            color: Theme.faint
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }

    PlainButton {
        id: button

        anchors.right: parent.right
        anchors.rightMargin: Theme.s2
        anchors.verticalCenter: parent.verticalCenter
        visible: root.addable
        enabled: !root.added && !App.library.importer.busy
        text: root.added ? qsTr("Added") : qsTr("Add")
        Accessible.name: root.added ? qsTr("%1 is in the list").arg(root.name) : qsTr("Add %1").arg(root.name)
        focusPolicy: root.ListView.isCurrentItem ? Qt.StrongFocus : Qt.ClickFocus
        onClicked: App.library.found.add(root.index)
    }
}
