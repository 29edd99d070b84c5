pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls

// One model of the list: what it is, and which graphics processors run it.
ModalDialog {
    id: root

    signal chatRequested

    // Takes what the row says: the row itself goes when the list is made anew.
    function show(row: FitRow) {
        const content = root.contentItem as ModelSheetContent;
        content.show(row);
        root.title = row.name;
        root.open();
    }

    // The same, at the graphics processors.
    function showGpus(row: FitRow) {
        root.show(row);
        (root.contentItem as ModelSheetContent).part = "gpus";
    }

    wanted: 720

    contentItem: ModelSheetContent {
        onGpuChosen: name => {
            App.fit.whatIf = name;
            root.close();
        }
        onRenamed: name => root.title = name
        onRemoved: root.close()
        onChatRequested: {
            root.close();
            root.chatRequested();
        }
    }
}
