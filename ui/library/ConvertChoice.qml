pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A quantization to convert to.
ButtonBase {
    id: root

    required property int index
    required property var modelData // name, sizeText, verdict, verdictText, verdictDetail

    text: root.modelData.name
    implicitHeight: 52
    leftPadding: Theme.s3
    rightPadding: Theme.s3
    focusPolicy: ListView.isCurrentItem ? Qt.StrongFocus : Qt.ClickFocus
    Accessible.name: qsTr("Convert to %1").arg(root.modelData.name)
    Accessible.description: Join.spoken([root.modelData.sizeText, root.modelData.verdictText, root.modelData.verdictDetail])

    contentItem: RowLayout {
        spacing: Theme.s3

        Label {
            Layout.preferredWidth: 84
            text: root.modelData.name
            font: Theme.labelMedium
        }

        Label {
            Layout.preferredWidth: 84
            text: root.modelData.sizeText
            color: Theme.soft
        }

        VerdictLabel {
            Layout.fillWidth: true
            verdict: root.modelData.verdict
            words: root.modelData.verdictText
            detail: root.modelData.verdictDetail
        }

        Label {
            text: qsTr("Convert")
            font: Theme.labelMedium
            color: Theme.accent
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
