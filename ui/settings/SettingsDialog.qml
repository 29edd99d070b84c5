pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls

// All preferences. They hold at once; there is nothing to save.
ModalDialog {
    id: root

    title: qsTr("Settings")

    contentItem: SettingsPage {}
}
