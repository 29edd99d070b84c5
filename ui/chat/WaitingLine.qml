pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The question is being read: a dot that breathes and how far it is.
Item {
    id: root

    implicitHeight: 26

    BreathingDot {
        x: 2
        anchors.verticalCenter: parent.verticalCenter
    }

    Label {
        x: 20
        height: parent.height
        font: Theme.note
        color: Theme.faint
        text: App.chat.prefillFraction > 0 && App.chat.prefillFraction < 1 ? qsTr("Reading the conversation… %1%").arg(Math.floor(App.chat.prefillFraction * 100)) : qsTr("Reading the conversation…")
    }
}
