pragma ComponentBehavior: Bound

import QtQml

// A device of the device model, readable from script.
QtObject {
    id: root

    required property string id_
    required property string name
    required property bool usable
}
