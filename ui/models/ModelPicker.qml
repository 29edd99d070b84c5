pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The list under the model button: models used before, open another, the device, unload.
T.Popup {
    id: root

    signal openModelRequested

    width: 340
    implicitHeight: root.implicitContentHeight + root.topPadding + root.bottomPadding
    padding: Theme.s1 + 2
    margins: Theme.s2
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent

    contentItem: ModelMenu {
        onChosen: root.close()
        onOpenModelRequested: {
            root.close();
            root.openModelRequested();
        }
    }
    background: Rectangle {
        radius: Theme.panelRadius
        color: Theme.surface
        border.width: 1
        border.color: Theme.hairline

        SoftShadow {
            anchors.fill: parent
            z: -1
        }
    }
}
