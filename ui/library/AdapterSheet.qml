pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls

// The adapters of the loaded model, after one was dropped.
ModalDialog {
    id: root

    function show() {
        const entry = entries.current();
        if (!entry)
            return;
        App.library.adapters.open(entry.modelId);
        root.title = qsTr("Adapters of %1").arg(entry.name);
        root.open();
    }

    contentItem: AdapterPage {}

    LibraryEntries {
        id: entries
    }
}
