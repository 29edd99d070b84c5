pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls

// Models that other programs have on this computer, to use where they are.
ModalDialog {
    id: root

    title: qsTr("Found on this computer")
    wanted: 640

    contentItem: FoundList {}
}
