pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// What the settings dialog shows.
ScrollPage {
    id: root

    implicitHeight: column.implicitHeight
    contentHeight: column.implicitHeight

    ColumnLayout {
        id: column

        width: root.width
        spacing: Theme.s5

        LookSettings {
            Layout.fillWidth: true
        }

        Rectangle {
            Layout.fillWidth: true
            implicitHeight: 1
            color: Theme.hairline
        }

        GenerationSettings {
            Layout.fillWidth: true
        }

        Rectangle {
            Layout.fillWidth: true
            implicitHeight: 1
            color: Theme.hairline
        }

        HubSetting {
            Layout.fillWidth: true
        }

        Label {
            Layout.fillWidth: true
            text: qsTr("Ponder %1").arg(App.version)
            font: Theme.note
            color: Theme.faint
        }
    }
}
