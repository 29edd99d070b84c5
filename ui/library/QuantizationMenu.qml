pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Controls

// The quantizations of a model. choices: [{name, sizeText, verdict, verdictText, verdictDetail}].
PopupMenu {
    id: root

    required property var choices
    required property string current

    signal chosen(string name)

    width: Math.max(360, root.implicitWidth)

    Instantiator {
        model: root.choices
        delegate: QuantizationMenuItem {
            required property var modelData

            text: modelData.name
            sizeText: modelData.sizeText
            verdict: modelData.verdict
            words: modelData.verdictText
            detail: modelData.verdictDetail
            checkable: true
            checked: modelData.name === root.current
            onTriggered: root.chosen(modelData.name)
        }
        onObjectAdded: (index, object) => root.insertItem(index, object as QuantizationMenuItem)
        onObjectRemoved: (index, object) => root.removeItem(object as QuantizationMenuItem)
    }
}
