pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls

// Asks in which quantization a model and its adapters become one new model.
ModalDialog {
    id: root

    property string modelId

    signal started

    function ask(modelId: string) {
        App.library.adapters.flush();
        root.modelId = modelId;
        App.conversionChoices.askMerge(modelId);
        root.open();
    }

    title: qsTr("Merge into a new file")
    wanted: 620
    onOpened: (root.contentItem as ConvertChoices).takeFocus()

    contentItem: ConvertChoices {
        intro: qsTr("A new model is made in the models folder: this one with the adapters that are switched on, each with its strength. The model and the adapters stay as they are.")
        verb: qsTr("Merge as %1")
        onConfirmed: quantization => {
            App.conversions.merge(root.modelId, quantization);
            root.started();
            root.close();
        }
    }
}
