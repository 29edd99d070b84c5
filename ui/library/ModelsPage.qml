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
            id: tasks

            readonly property real taken: tasks.visible ? tasks.height + column.spacing : 0
            property real before: 0

            width: parent.width
            // What is looked at stays where it is while a task comes or goes above it.
            onTakenChanged: {
                if (root.contentY > tasks.y)
                    root.contentY = Math.max(0, root.contentY + tasks.taken - tasks.before);
                tasks.before = tasks.taken;
            }
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
            onGpusRequested: row => sheet.showGpus(row)
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

    FetchSheet {}

    ModelSheet {
        id: sheet

        onChatRequested: root.chatRequested()
    }
}
