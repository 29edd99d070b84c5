pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Something that can be downloaded from a repository.
ButtonBase {
    id: root

    required property int index
    required property string label
    required property string name
    required property string sizeText
    required property int files
    required property int missingParts
    required property bool wanted
    readonly property string facts: Join.facts([root.sizeText, root.files > 1 ? qsTr("%n file(s)", "", root.files) : "", root.missingParts > 0 ? qsTr("%n part(s) missing", "", root.missingParts) : ""])

    text: root.label
    enabled: root.missingParts === 0
    implicitHeight: 48
    leftPadding: Theme.s3
    rightPadding: Theme.s3
    focusPolicy: ListView.isCurrentItem ? Qt.StrongFocus : Qt.ClickFocus
    Accessible.name: qsTr("Download %1").arg(root.label)
    Accessible.description: root.facts

    contentItem: RowLayout {
        spacing: Theme.s3

        Column {
            Layout.fillWidth: true
            spacing: 2

            Label {
                width: parent.width
                text: root.label
                font: root.wanted ? Theme.labelStrong : Theme.labelMedium
            }

            Label {
                width: parent.width
                text: root.name
                font: Theme.note
                color: Theme.faint
                elide: Text.ElideMiddle
            }
        }

        Label {
            text: root.facts
            color: root.missingParts > 0 ? Theme.warning : Theme.soft
        }

        Label {
            text: qsTr("Download")
            font: Theme.labelMedium
            color: root.enabled ? Theme.accent : Theme.faint
        }
    }
    background: Rectangle {
        radius: Theme.buttonRadius - 2
        color: root.hovered ? Theme.hover : "transparent"

        Rectangle {
            width: parent.width
            height: root.index > 0 ? 1 : 0
            color: Theme.hairline
        }

        FocusRing {
            anchors.margins: 0
            shown: root.visualFocus
        }
    }
}
