pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls

// Asks which quantization a folder of weights is to become; of several folders one after the other.
ModalDialog {
    id: root

    property var waiting: [] // {folder, name}
    property string folder

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
        (root.contentItem as ConvertChoices).show(App.conversions.choices(one.folder));
        root.open();
    }

    onClosed: root.next()

    contentItem: ConvertChoices {
        onChosen: quantization => {
            App.conversions.start(root.folder, quantization);
            root.close();
        }
    }
}
