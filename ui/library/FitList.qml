pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The models in a frame. As high as its rows: the page around it scrolls.
Rectangle {
    id: root

    signal opened(FitRow row)
    signal chatRequested
    signal gpusRequested(FitRow row)

    property int wanted: -1 // why the list is to get the keyboard when its rows come

    function takeFocus(reason: int) {
        root.wanted = list.currentItem ? -1 : reason;
        (list.currentItem ?? list).forceActiveFocus(reason);
    }

    implicitHeight: list.count > 0 ? list.contentHeight : empty.height
    radius: Theme.panelRadius
    color: Theme.surface
    border.width: 1
    border.color: Theme.hairline

    RowList {
        id: list

        width: parent.width
        height: 100000 // all rows are made at once, so that the height of all is known
        clip: false
        interactive: false
        name: qsTr("Models")
        model: App.fit
        // Unless the keyboard has gone elsewhere meanwhile.
        onCurrentItemChanged: if (root.wanted >= 0 && list.currentItem && list.activeFocus)
            root.takeFocus(root.wanted)
        delegate: FitRow {
            width: list.width
            onTouched: list.currentIndex = index
            onOpened: root.opened(this)
            onChatRequested: {
                App.library.open(path);
                root.chatRequested();
            }
            onGpusRequested: root.gpusRequested(this)
        }
    }

    Label {
        id: empty

        x: Theme.s4
        width: parent.width - 2 * x
        height: 84
        visible: list.count === 0
        text: App.fit.busy ? qsTr("Looking at the models…") : qsTr("No model here answers to this filter.")
        color: Theme.soft
        wrapMode: Text.Wrap
    }
}
