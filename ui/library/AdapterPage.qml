pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls

// The list of adapters where it has a place of its own: it scrolls when it is higher than that.
ScrollPage {
    id: root

    implicitHeight: list.implicitHeight
    contentHeight: list.implicitHeight

    AdapterList {
        id: list

        width: root.width
    }
}
