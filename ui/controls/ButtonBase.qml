pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T

// What all buttons share: a name for screen readers, Enter beside Space, the pointing hand.
T.AbstractButton {
    id: root

    property string hint

    // What a press does, for the keys that Templates do not know.
    function activate() {
        if (root.checkable) {
            root.toggle();
            root.toggled();
        }
        root.clicked();
    }

    implicitWidth: root.implicitContentWidth + root.leftPadding + root.rightPadding
    implicitHeight: Math.max(root.implicitContentHeight + root.topPadding + root.bottomPadding, root.implicitBackgroundHeight)
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.name: root.text
    Accessible.description: root.hint
    Keys.onReturnPressed: root.activate()
    Keys.onEnterPressed: root.activate()

    HoverHandler {
        cursorShape: Qt.PointingHandCursor
    }

    Hint {
        text: root.hint
        visible: root.hint.length > 0 && (root.hovered || root.visualFocus) && !root.pressed
    }
}
