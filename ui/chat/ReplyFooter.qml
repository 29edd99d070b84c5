pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Figures and actions under a reply, quiet until needed.
Flow {
    id: root

    required property real tokensPerSecond
    required property real secondsToFirstToken
    required property string note
    required property int variant
    required property int variants
    required property bool canRegenerate

    signal copyRequested
    signal regenerateRequested
    signal variantRequested(int step)

    spacing: Theme.s2

    component Figure: Label {
        height: 24
        rightPadding: Theme.s1
        font: Theme.note
        color: Theme.faint
    }

    Figure {
        visible: root.note.length > 0
        text: root.note
        color: Theme.warning
    }

    Figure {
        visible: root.tokensPerSecond > 0
        text: qsTr("%1 tokens/s").arg(Number(root.tokensPerSecond).toLocaleString(Qt.locale(Theme.language), "f", root.tokensPerSecond < 10 ? 1 : 0))
    }

    Figure {
        visible: root.secondsToFirstToken > 0
        text: root.secondsToFirstToken < 0.1 ? qsTr("first token %1 ms").arg(Math.max(1, Math.round(root.secondsToFirstToken * 1000))) : qsTr("first token %1 s").arg(Number(root.secondsToFirstToken).toLocaleString(Qt.locale(Theme.language), "f", 1))
    }

    QuietButton {
        height: 24
        text: copied.running ? qsTr("Copied") : qsTr("Copy")
        Accessible.name: qsTr("Copy the answer")
        onClicked: {
            root.copyRequested();
            copied.restart();
        }

        Timer {
            id: copied

            interval: 1500
        }
    }

    QuietButton {
        height: 24
        visible: root.canRegenerate
        text: qsTr("Regenerate")
        onClicked: root.regenerateRequested()
    }

    Row {
        visible: root.variants > 1
        spacing: 0

        QuietButton {
            height: 24
            text: "‹"
            enabled: root.variant > 1
            Accessible.name: qsTr("Previous reply")
            onClicked: root.variantRequested(-1)
        }

        Figure {
            text: root.variant + "/" + root.variants
            rightPadding: 0
        }

        QuietButton {
            height: 24
            text: "›"
            enabled: root.variant < root.variants
            Accessible.name: qsTr("Next reply")
            onClicked: root.variantRequested(1)
        }
    }
}
