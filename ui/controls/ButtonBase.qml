pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T

// What all buttons share: a name for screen readers, Enter beside Space, the pointing hand.
T.AbstractButton {
    id: root

    property string hint

    implicitWidth: root.implicitContentWidth + root.leftPadding + root.rightPadding
    implicitHeight: Math.max(root.implicitContentHeight + root.topPadding + root.bottomPadding, root.implicitBackgroundHeight)
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.name: root.text
    Accessible.description: root.hint
    Keys.onReturnPressed: root.click()
    Keys.onEnterPressed: root.click()

    HoverHandler {
        cursorShape: Qt.PointingHandCursor
    }

    Hint {
        text: root.hint
        visible: root.hint.length > 0 && (root.hovered || root.visualFocus) && !root.pressed
    }
}
