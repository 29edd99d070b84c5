pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls

// Asks before a model is downloaded that would not fit or has to be converted, and says when the disk is full.
ModalDialog {
    id: root

    readonly property bool due: App.fetch.state === "asking" || App.fetch.state === "short"

    title: App.fetch.name
    onClosed: if (root.due)
        App.fetch.dismiss()

    contentItem: FetchQuestion {}

    Connections {
        target: App.fetch

        function onChanged() {
            if (root.due === root.visible)
                return;
            if (root.due)
                root.open();
            else
                root.close();
        }
    }
}
