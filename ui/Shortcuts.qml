pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App

// The keys of the whole window.
Item {
    id: root

    property bool idle: true // no dialog is open

    signal openModelRequested
    signal newChatRequested
    signal modelsRequested
    signal settingsRequested
    signal sidebarToggled

    Shortcut {
        sequence: "Ctrl+N"
        enabled: root.idle
        onActivated: root.newChatRequested()
    }

    Shortcut {
        sequence: "Ctrl+O"
        enabled: root.idle
        onActivated: root.openModelRequested()
    }

    Shortcut {
        sequence: "Ctrl+M"
        enabled: root.idle
        onActivated: root.modelsRequested()
    }

    Shortcut {
        sequence: "Ctrl+,"
        enabled: root.idle
        onActivated: root.settingsRequested()
    }

    Shortcut {
        sequence: "Ctrl+B"
        enabled: root.idle
        onActivated: root.sidebarToggled()
    }

    Shortcut {
        sequence: "Escape"
        enabled: root.idle && App.chat.busy
        onActivated: App.chat.stop()
    }
}
