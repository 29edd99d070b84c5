pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A quantization to convert to: its size, how good it is, whether the result fits this machine.
T.Control {
    id: root

    required property int index
    required property string name
    required property string targetName
    required property string quantization
    required property string sizeText
    required property string qualityText
    required property string verdict
    required property string verdictText
    required property string verdictDetail
    required property string speedText
    required property string roomText
    required property bool suggested
    readonly property bool current: ListView.isCurrentItem
    readonly property string facts: Join.facts([root.sizeText, root.qualityText, root.speedText])

    signal chosen
    signal confirmed

    implicitHeight: Math.max(left.height, fit.height) + 2 * Theme.s2 + 2
    focusPolicy: root.current ? Qt.StrongFocus : Qt.ClickFocus
    hoverEnabled: true
    Accessible.role: Accessible.RadioButton
    Accessible.name: root.suggested ? qsTr("%1, recommended").arg(root.name) : root.name
    Accessible.description: Join.spoken([root.facts, root.verdictText, root.verdictDetail, root.roomText])
    Accessible.checkable: true
    Accessible.checked: root.current
    Accessible.onPressAction: root.chosen()
    Keys.onReturnPressed: root.confirmed()
    Keys.onEnterPressed: root.confirmed()

    background: Rectangle {
        radius: Theme.buttonRadius
        color: root.current ? Theme.accentGround : root.hovered ? Theme.hover : "transparent"

        FocusRing {
            anchors.margins: 0
            shown: root.visualFocus
        }
    }

    TapHandler {
        onTapped: root.chosen()
        onDoubleTapped: root.confirmed()
    }

    Column {
        id: left

        x: Theme.s3
        y: Theme.s2 + 1
        width: (root.width - 3 * Theme.s3) * 0.52
        spacing: 2

        Row {
            spacing: Theme.s2

            Label {
                text: root.name
                font: Theme.labelMedium
            }

            Label {
                visible: root.suggested
                text: qsTr("recommended")
                font: Theme.note
                color: Theme.accent
            }
        }

        Label {
            width: parent.width
            text: root.facts
            font: Theme.note
            color: Theme.soft
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }

    VerdictLabel {
        id: fit

        x: left.x + left.width + Theme.s3
        y: left.y
        width: root.width - x - Theme.s3
        verdict: root.verdict
        words: root.verdictText
        detail: root.verdictDetail
    }
}
