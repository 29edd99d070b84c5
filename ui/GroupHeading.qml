pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The day above a group of chats.
Label {
    id: root

    required property string section

    height: 33
    leftPadding: Theme.s2
    topPadding: Theme.s2
    font: Theme.small
    color: Theme.faint
    Accessible.role: Accessible.Heading
    Accessible.name: root.text
    text: {
        switch (root.section) {
        case "today":
            return qsTr("Today");
        case "yesterday":
            return qsTr("Yesterday");
        case "week":
            return qsTr("Previous 7 days");
        case "month":
            return qsTr("Previous 30 days");
        default:
            return qsTr("Older");
        }
    }
}
