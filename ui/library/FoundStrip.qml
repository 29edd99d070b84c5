pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Models on this computer that are not in the library, of other programs too: how many, and a way to them.
Rectangle {
    id: root

    signal opened

    implicitHeight: 48
    visible: App.library.found.offered > 0
    radius: Theme.panelRadius
    color: Theme.accentGround

    Label {
        anchors.left: parent.left
        anchors.right: show.left
        anchors.leftMargin: Theme.s4
        anchors.rightMargin: Theme.s3
        height: parent.height
        text: qsTr("%n more model(s) found on this computer.", "", App.library.found.offered)
    }

    PlainButton {
        id: show

        objectName: "showFound"

        anchors.right: parent.right
        anchors.rightMargin: Theme.s2
        anchors.verticalCenter: parent.verticalCenter
        text: qsTr("Show them")
        onClicked: root.opened()
    }
}
