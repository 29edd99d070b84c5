pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A quantization in its menu: name and size, and whether the model fits with it.
PopupMenuItem {
    id: root

    required property string sizeText
    required property string verdict
    required property string words
    required property string detail

    implicitHeight: 48
    Accessible.name: Join.spoken([root.text, root.sizeText, root.words, root.detail])

    contentItem: RowLayout {
        spacing: Theme.s3

        Column {
            Layout.preferredWidth: 76

            Label {
                width: parent.width
                text: root.text
                font: Theme.labelMedium
            }

            Label {
                width: parent.width
                text: root.sizeText
                font: Theme.note
                color: Theme.faint
            }
        }

        Column {
            Layout.fillWidth: true

            Label {
                width: parent.width
                text: root.words
                font: Theme.labelStrong
                color: Theme.verdictColor(root.verdict)
            }

            Label {
                width: parent.width
                visible: text.length > 0
                text: root.detail
                font: Theme.note
                color: Theme.faint
            }
        }
    }
}
