pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App

// What goes on: adding models, conversions, downloads.
Card {
    id: root

    visible: App.library.importer.busy || App.downloads.count > 0 || App.conversions.count > 0
    title: qsTr("In progress")

    TaskRow {
        width: root.width
        visible: App.library.importer.busy
        name: qsTr("Adding models")
        detail: App.library.importer.progressText
        progress: App.library.importer.progress
        phase: "running"
        canPause: false
        errorText: ""
        onCancelRequested: App.library.importer.cancel()
    }

    Repeater {
        model: App.conversions
        delegate: ConversionRow {
            width: root.width
        }
    }

    Repeater {
        model: App.downloads
        delegate: DownloadRow {
            width: root.width
        }
    }
}
