pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// Quoted text, behind a bar.
Item {
    id: root

    property alias html: text.html

    implicitHeight: text.implicitHeight

    Rectangle {
        width: 3
        height: parent.height
        radius: 1.5
        color: Theme.hairline
    }

    RichText {
        id: text

        x: Theme.s4
        width: root.width - x
        color: Theme.soft
    }
}
