pragma ComponentBehavior: Bound

import QtQuick

// One of a few round chips of which one is chosen.
ChipToggle {
    id: root

    required property bool current

    signal chosen

    checked: root.current
    Accessible.role: Accessible.RadioButton
    onClicked: {
        root.checked = Qt.binding(() => root.current); // the press has toggled it
        root.chosen();
    }
}
