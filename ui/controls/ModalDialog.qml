import QtQuick
import QtQuick.Templates as T
import Ponder.Ui.Theme

// A dialog over the dimmed window: a title, content, and a button to close. Escape closes it too.
// Not bound: the overlay of Qt 6.4 cannot make a bound dimmer.
T.Dialog {
    id: root

    property int wanted: 560 // its width, where the window has room

    parent: T.Overlay.overlay
    x: parent ? Math.round((parent.width - width) / 2) : 0
    y: parent ? Math.round((parent.height - height) / 2) : 0
    width: parent ? Math.min(root.wanted, parent.width - 2 * Theme.s6) : root.wanted
    height: parent ? Math.min(implicitHeight, parent.height - 2 * Theme.s6) : implicitHeight
    implicitHeight: root.implicitHeaderHeight + root.implicitContentHeight + root.topPadding + root.bottomPadding
    modal: true
    focus: true
    leftPadding: Theme.s6
    rightPadding: Theme.s6
    bottomPadding: Theme.s6
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside

    T.Overlay.modal: Rectangle {
        color: Theme.scrim
    }
    header: Item {
        implicitHeight: 64

        Label {
            anchors.left: parent.left
            anchors.right: closer.left
            anchors.leftMargin: Theme.s6
            anchors.verticalCenter: parent.verticalCenter
            text: root.title
            font: Theme.heading1
            Accessible.role: Accessible.Heading
            Accessible.name: root.title
        }

        IconButton {
            id: closer

            anchors.right: parent.right
            anchors.rightMargin: Theme.s4
            anchors.verticalCenter: parent.verticalCenter
            symbol: "close"
            text: qsTr("Close")
            onClicked: root.close()
        }
    }
    background: Rectangle {
        radius: Theme.composerRadius
        color: Theme.background
        border.width: 1
        border.color: Theme.hairline
    }
    enter: Transition {
        NumberAnimation {
            property: "opacity"
            from: 0
            to: 1
            duration: Theme.quick
        }
    }
    exit: Transition {
        NumberAnimation {
            property: "opacity"
            to: 0
            duration: Theme.quick
        }
    }
}
