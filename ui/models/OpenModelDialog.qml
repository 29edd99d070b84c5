pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import Ponder.App

// The system's dialog for choosing a model file.
FileDialog {
    id: root

    title: qsTr("Open a model")
    nameFilters: [qsTr("Models (*.gguf)"), qsTr("All files (*)")]
    onAccepted: App.library.open("" + root.selectedFile)
}
