pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls

// Any repository of the hub by its name: what can be downloaded from it.
ModalDialog {
    id: root

    title: qsTr("Models on the hub")
    wanted: 640
    onOpened: (root.contentItem as HubPage).begin()

    contentItem: HubPage {
        onQueued: root.close()
    }
}
