pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// An adapter: how strongly it is applied, and off the list.
Item {
    id: root

    required property var adapter // path, name, strength

    signal moved(real strength)
    signal removed

    implicitHeight: 48

    Rectangle {
        width: parent.width
        height: 1
        color: Theme.hairline
    }

    Label {
        anchors.verticalCenter: parent.verticalCenter
        width: slider.x - Theme.s3
        text: root.adapter.name ?? ""
        font: Theme.labelMedium
        elide: Text.ElideMiddle
    }

    ValueSlider {
        id: slider

        anchors.right: figure.left
        anchors.rightMargin: Theme.s2
        anchors.verticalCenter: parent.verticalCenter
        width: Math.min(180, root.width * 0.35)
        name: qsTr("Strength of %1").arg(root.adapter.name ?? "")
        from: 0
        to: 2
        stepSize: 0.05
        value: root.adapter.strength ?? 1
        onMoved: root.moved(value)
    }

    Label {
        id: figure

        anchors.right: remove.left
        anchors.rightMargin: Theme.s1
        anchors.verticalCenter: parent.verticalCenter
        width: 40
        text: Number(slider.value).toLocaleString(Qt.locale(Theme.language), "f", 2)
        horizontalAlignment: Text.AlignRight
        color: Theme.soft
    }

    IconButton {
        id: remove

        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        symbol: "close"
        symbolSide: 13
        text: qsTr("Take %1 off").arg(root.adapter.name ?? "")
        onClicked: root.removed()
    }
}
