pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Ponder.Ui.Theme

// A menu of PopupMenuItem.
T.Menu {
    id: root

    implicitWidth: Math.max(180, root.implicitContentWidth + root.leftPadding + root.rightPadding)
    implicitHeight: root.implicitContentHeight + root.topPadding + root.bottomPadding
    margins: Theme.s2
    padding: Theme.s1
    overlap: 1

    delegate: PopupMenuItem {}
    contentItem: ListView {
        implicitHeight: contentHeight
        implicitWidth: {
            let widest = 0;
            for (let i = 0; i < root.count; ++i)
                widest = Math.max(widest, root.itemAt(i)?.implicitWidth ?? 0);
            return widest;
        }
        model: root.contentModel
        interactive: Window.window ? contentHeight > Window.window.height : false
        currentIndex: root.currentIndex
        clip: true
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
