pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T

// What all buttons share: a name for screen readers, Enter beside Space, the pointing hand.
T.AbstractButton {
    id: root

    property string hint
    property Hint hintShown: null
    readonly property bool hintWanted: root.hint.length > 0 && (root.hovered || root.visualFocus)

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
    onHintWantedChanged: if (root.hintWanted && !root.hintShown)
        root.hintShown = hintMaker.createObject(root) as Hint
    Keys.onReturnPressed: root.activate()
    Keys.onEnterPressed: root.activate()

    HoverHandler {
        cursorShape: Qt.PointingHandCursor
    }

    // Made when it is first wanted: a long chat has hundreds of buttons.
    Component {
        id: hintMaker

        Hint {
            text: root.hint
            visible: root.hintWanted && !root.pressed
        }
    }
}
