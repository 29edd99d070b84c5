pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The model that answers, or how far it is loaded; opens the list of models.
ButtonBase {
    id: root

    readonly property string title: {
        switch (App.library.state) {
        case "loading":
            return qsTr("Loading %1").arg(App.library.name);
        case "failed":
            return App.library.name.length > 0 ? qsTr("%1 could not be loaded").arg(App.library.name) : qsTr("The model could not be loaded");
        case "ready":
            return App.library.name;
        default:
            return qsTr("No model");
        }
    }

    objectName: "modelButton"
    text: root.title
    leftPadding: Theme.s2
    rightPadding: Theme.s2
    implicitHeight: Theme.controlHeight
    Accessible.role: Accessible.ButtonMenu
    Accessible.name: qsTr("Model: %1").arg(root.title)
    Keys.onDownPressed: root.activate()

    contentItem: RowLayout {
        spacing: Theme.s2

        Label {
            Layout.fillWidth: true
            Layout.maximumWidth: implicitWidth + 1
            text: root.title
            font: Theme.labelStrong
            color: App.library.state === "failed" ? Theme.error : App.library.state === "ready" ? Theme.text : Theme.soft
        }

        Chip {
            visible: App.library.state === "ready" && App.library.quantization.length > 0
            text: App.library.quantization
        }

        Icon {
            Layout.preferredWidth: 11
            Layout.preferredHeight: 11
            name: "chevron-down"
            color: Theme.faint
            stroke: 2
        }
    }
    background: Rectangle {
        radius: Theme.buttonRadius
        color: root.hovered || root.down ? Theme.hover : "transparent"

        FocusRing {
            shown: root.visualFocus
        }
    }
}
