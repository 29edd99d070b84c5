pragma ComponentBehavior: Bound

import QtQml

// A row of the device model, readable from script.
QtObject {
    id: root

    required property var model // a role is called "id", which QML cannot have as a property
    required property string name
    required property bool usable
    readonly property string key: root.model.id
}
