pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls

// Any repository of the hub by its name: what can be downloaded from it.
ModalDialog {
    id: root

    // With a repository to look at, and maybe what is wanted of it: "OWNER/NAME:Q4_K_M".
    function show(name: string) {
        root.open();
        (root.contentItem as HubPage).look(name);
    }

    title: qsTr("Models on the hub")
    wanted: 640
    onOpened: (root.contentItem as HubPage).begin()

    contentItem: HubPage {
        onQueued: root.close()
    }
}
