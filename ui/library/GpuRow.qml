pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A graphics processor of the catalogue and how the model of the list does on it.
ButtonBase {
    id: root

    required property int index
    required property string name
    required property string memoryText
    required property string bandwidthText
    required property string verdict
    required property string verdictText
    required property string verdictDetail
    required property string speedText
    required property string priceText
    required property string yearText
    readonly property string facts: Join.facts([root.memoryText, root.bandwidthText, root.yearText, root.priceText])

    text: root.name
    leftPadding: Theme.s3
    rightPadding: Theme.s3
    implicitHeight: 52
    focusPolicy: ListView.isCurrentItem ? Qt.StrongFocus : Qt.ClickFocus
    Accessible.description: Join.spoken([root.facts, root.verdictText, root.verdictDetail, root.speedText])

    contentItem: RowLayout {
        spacing: Theme.s3

        Column {
            Layout.fillWidth: true
            spacing: 2

            Label {
                width: parent.width
                text: root.name
                font: Theme.labelMedium
            }

            Label {
                width: parent.width
                text: root.facts
                font: Theme.note
                color: Theme.faint
            }
        }

        VerdictLabel {
            Layout.preferredWidth: 136
            verdict: root.verdict
            words: root.verdictText
        }

        Label {
            Layout.preferredWidth: 108
            text: root.speedText
            horizontalAlignment: Text.AlignRight
            color: Theme.soft
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
