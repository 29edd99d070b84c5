pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A quantization in the sheet of a model: its size, what it keeps of the model's quality, whether it fits.
Item {
    id: root

    required property var choice // of FitListModel: name, sizeText, quality, here, verdict, ...
    readonly property string quality: root.choice.quality > 0 ? qsTr("%1% of the quality").arg(root.choice.quality) : ""

    implicitHeight: fit.height + Theme.s2 + 2
    Accessible.role: Accessible.StaticText
    Accessible.name: Join.spoken([root.choice.name, root.choice.sizeText, root.quality, root.choice.verdictText, root.choice.verdictDetail])

    Rectangle {
        width: parent.width
        height: 1
        color: Theme.hairline
    }

    Label {
        id: name

        y: Theme.s2
        width: 84
        text: root.choice.name
        font: Theme.labelMedium
    }

    Column {
        id: size

        y: Theme.s2
        x: name.width
        width: Math.min(170, root.width * 0.3)
        spacing: 2

        Label {
            width: parent.width
            text: root.choice.sizeText
        }

        Label {
            width: parent.width
            visible: text.length > 0
            text: root.quality
            font: Theme.note
            color: Theme.faint
        }
    }

    VerdictLabel {
        id: fit

        y: Theme.s2
        x: size.x + size.width + Theme.s3
        width: root.width - x
        verdict: root.choice.verdict
        words: root.choice.verdictText
        detail: root.choice.verdictDetail
    }
}
