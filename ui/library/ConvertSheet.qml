pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls

// Asks which quantization a folder of weights is to become; of several folders one after the other.
ModalDialog {
    id: root

    property var waiting: [] // {folder, name}
    property string folder

    signal started

    function ask(folder: string, name: string) {
        root.waiting.push({
            folder: folder,
            name: name
        });
        if (!root.visible)
            root.next();
    }
    function next() {
        const one = root.waiting.shift();
        if (!one)
            return;
        root.folder = one.folder;
        root.title = qsTr("Convert %1").arg(one.name);
        App.conversionChoices.ask(one.folder);
        root.open();
    }

    wanted: 620
    onOpened: (root.contentItem as ConvertChoices).takeFocus()
    onClosed: root.next()

    contentItem: ConvertChoices {
        intro: qsTr("The folder stays as it is; a GGUF file is made in the models folder. Smaller is quicker, larger is nearer to the original.")
        verb: qsTr("Convert to %1")
        onConfirmed: quantization => {
            App.conversions.start(root.folder, quantization);
            root.started();
            root.close();
        }
    }
}
