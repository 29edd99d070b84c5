pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Chat
import Ponder.Ui.Library
import Ponder.Ui.Models
import Ponder.Ui.Settings
import Ponder.Ui.Theme

// The window: sidebar, top bar, the open chat or the models; over them the drop preview and the dialogs.
T.ApplicationWindow {
    id: root

    readonly property bool narrow: root.width < Theme.foldBelow
    property bool modelsShown: false // instead of the chat
    property bool sidebarWanted: true // beside the chat, on a wide window
    property bool sidebarOver: false // above the chat, on a narrow one
    readonly property bool sidebarShown: root.narrow ? root.sidebarOver : root.sidebarWanted

    function toggleSidebar() {
        if (root.narrow)
            root.sidebarOver = !root.sidebarOver;
        else
            root.sidebarWanted = !root.sidebarWanted;
    }

    function showChat() {
        root.sidebarOver = false;
        root.modelsShown = false;
        page.takeFocus();
    }
    function showModels(reason: int) {
        root.sidebarOver = false;
        root.modelsShown = true;
        models.takeFocus(reason);
    }

    width: App.settings.windowWidth
    height: App.settings.windowHeight
    minimumWidth: 480
    minimumHeight: 400
    title: qsTr("Ponder")
    color: Theme.background
    font: Theme.body
    visible: true
    onNarrowChanged: root.sidebarOver = false
    onWidthChanged: saveSize.restart()
    onHeightChanged: saveSize.restart()
    Component.onCompleted: page.takeFocus()

    Timer {
        id: saveSize

        interval: 500
        onTriggered: if (root.visibility === Window.Windowed) {
            App.settings.windowWidth = root.width;
            App.settings.windowHeight = root.height;
        }
    }

    Shortcuts {
        idle: !settings.visible
        onNewChatRequested: {
            App.chats.newChat();
            root.showChat();
        }
        onModelsRequested: root.showModels(Qt.ShortcutFocusReason)
        onOpenModelRequested: openModel.open()
        onSettingsRequested: settings.open()
        onSidebarToggled: root.toggleSidebar()
    }

    Item {
        id: main

        x: root.narrow || !root.sidebarWanted ? 0 : sidebar.width
        width: parent.width - x
        height: parent.height

        TopBar {
            id: top

            width: main.width
            height: visible ? implicitHeight : 0
            visible: !root.modelsShown
            showSidebarButton: !root.sidebarShown
            onSidebarRequested: root.toggleSidebar()
            onOpenModelRequested: openModel.open()
        }

        ErrorBanner {
            id: banner

            anchors.top: top.bottom
            width: main.width
            onOpenModelRequested: openModel.open()
        }

        ChatPage {
            id: page

            anchors.top: banner.bottom
            anchors.bottom: main.bottom
            width: main.width
            visible: !root.modelsShown
            onOpenModelRequested: openModel.open()
            onModelsRequested: root.showModels(Qt.OtherFocusReason)
        }

        ModelsPage {
            id: models

            anchors.fill: page
            visible: root.modelsShown
            showSidebarButton: !root.sidebarShown
            onSidebarRequested: root.toggleSidebar()
            onOpenFileRequested: openModel.open()
            onChatRequested: root.showChat()
        }
    }

    Rectangle {
        anchors.fill: parent
        visible: root.narrow && root.sidebarOver
        color: Theme.scrim

        TapHandler {
            onTapped: root.sidebarOver = false
        }
    }

    Sidebar {
        id: sidebar

        x: root.sidebarShown ? 0 : -width
        width: Theme.sidebarWidth
        height: parent.height
        visible: x > -width
        onFoldRequested: root.toggleSidebar()
        modelsShown: root.modelsShown
        onChatOpened: root.showChat()
        onModelsRequested: root.showModels(Qt.OtherFocusReason)
        onSettingsRequested: settings.open()

        Behavior on x {
            NumberAnimation {
                duration: Theme.calm
                easing.type: Easing.OutCubic
            }
        }
    }

    UndoToasts {
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 120
    }

    DropOverlay {
        anchors.fill: parent
    }

    SettingsDialog {
        id: settings

        onClosed: page.takeFocus()
    }

    OpenModelDialog {
        id: openModel
    }

    ConvertSheet {
        id: convert

        onStarted: root.showModels(Qt.OtherFocusReason) // where its row is
    }

    AdapterSheet {
        id: adapters
    }

    Connections {
        target: App.library.importer

        function onConversionAsked(folder, name) {
            convert.ask(folder, name);
        }
        function onAdapterAsked() {
            adapters.show();
        }
    }

    Connections {
        target: App

        function onConversionAsked(folder, name) {
            convert.ask(folder, name);
        }
    }

    Announcer {
        id: announcer

        Accessible.role: Accessible.Notification
        Accessible.name: announcer.text
    }

    Connections {
        target: App.chat

        function onReplyStateChanged(announcement) {
            announcer.announce(announcement);
        }
    }
}
