pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// How much of the device's memory the model takes and how full the context is.
Row {
    id: root

    readonly property real gigabyte: 1024 * 1024 * 1024
    readonly property bool known: App.library.deviceMemoryBytes > 0
    property bool compact: false

    function size(bytes) {
        const value = bytes / root.gigabyte;
        return Number(value).toLocaleString(Qt.locale(Theme.language), "f", value < 0.1 ? 2 : value < 10 ? 1 : 0);
    }

    spacing: Theme.s3 + 2
    visible: App.library.state === "ready"

    Label {
        anchors.verticalCenter: parent.verticalCenter
        visible: !root.compact
        width: Math.min(implicitWidth, 200)
        text: App.library.device
        color: Theme.soft
    }

    Row {
        anchors.verticalCenter: parent.verticalCenter
        visible: !root.compact
        spacing: 7

        ProgressLine {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.known
            name: memory.text
            value: root.known ? App.library.memoryBytes / App.library.deviceMemoryBytes : 0
        }

        Label {
            id: memory

            text: {
                const used = root.size(App.library.memoryBytes);
                if (!root.known)
                    return qsTr("Memory %1 GB").arg(used);
                const words = App.library.graphicsMemory ? qsTr("Memory %1 / %2 GB", "of a graphics card") : qsTr("Memory %1 / %2 GB", "of the computer");
                return words.arg(used).arg(root.size(App.library.deviceMemoryBytes));
            }
            color: Theme.soft
        }
    }

    Label {
        anchors.verticalCenter: parent.verticalCenter
        readonly property real used: App.chat.contextTotal > 0 ? App.chat.contextUsed / App.chat.contextTotal : 0

        text: qsTr("Context %1%").arg(Math.round(used * 100))
        color: used > 0.9 ? Theme.warning : Theme.soft
    }
}
