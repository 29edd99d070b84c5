pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Which models there are and which of them this computer can run.
ScrollPage {
    id: root

    required property bool showSidebarButton

    signal sidebarRequested
    signal openFileRequested
    signal chatRequested

    function takeFocus(reason: int) {
        list.takeFocus(reason);
    }

    onVisibleChanged: if (root.visible) {
        App.fit.refresh(); // other programs may have taken or freed memory
        App.library.found.refresh();
    }
    contentHeight: column.height + 2 * column.y

    Column {
        id: column

        x: Math.max(root.width < 800 ? Theme.s5 : 28, (root.width - 1200) / 2)
        y: 22
        width: root.width - 2 * x
        spacing: 14

        ModelsHeader {
            width: parent.width
            showSidebarButton: root.showSidebarButton
            onSidebarRequested: root.sidebarRequested()
            onWhatIfRequested: gpus.open()
            onOpenFileRequested: root.openFileRequested()
            onBrowseRequested: hub.open()
        }

        ModelsFilters {
            width: parent.width
        }

        TasksCard {
            width: parent.width
        }

        FoundStrip {
            width: parent.width
            onOpened: found.open()
        }

        FitList {
            id: list

            width: parent.width
            onOpened: row => sheet.show(row)
            onChatRequested: root.chatRequested()
            onDownloadRequested: name => hub.show(name)
        }

        Label {
            width: parent.width
            text: qsTr("Drop models anywhere in this window: files, folders, several at once.")
            font: Theme.note
            color: Theme.faint
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }

    GpuChooser {
        id: gpus
    }

    FoundSheet {
        id: found
    }

    HubSheet {
        id: hub
    }

    ModelSheet {
        id: sheet

        onChatRequested: root.chatRequested()
    }
}
