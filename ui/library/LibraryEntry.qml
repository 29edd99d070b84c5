pragma ComponentBehavior: Bound

import QtQml

// A row of the library's models, readable from script.
QtObject {
    id: root

    required property string modelId
    required property string path
    required property string name
    required property string sizeText
    required property string place
    required property bool missing
    required property bool current
}
