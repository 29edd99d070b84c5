pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls

// What if this computer had another graphics processor? Chooses one of the catalogue by its name.
ModalDialog {
    id: root

    title: qsTr("What if another GPU?")
    onOpened: (root.contentItem as GpuSearch).begin()

    contentItem: GpuSearch {
        onChosen: name => {
            App.fit.whatIf = name;
            root.close();
        }
    }
}
