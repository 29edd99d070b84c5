pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls

// Models on this computer that are not in the library yet, to use where they are.
ModalDialog {
    id: root

    title: qsTr("Found on this computer")
    wanted: 640

    contentItem: FoundList {}
}
