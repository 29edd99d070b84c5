pragma ComponentBehavior: Bound

import QtQml
import Ponder.App

// The library's models for script: finds the one with an id.
Instantiator {
    id: root

    function find(modelId: string): LibraryEntry {
        for (let i = 0; i < root.count; ++i) {
            const entry = root.objectAt(i) as LibraryEntry;
            if (entry && entry.modelId === modelId)
                return entry;
        }
        return null;
    }

    function current(): LibraryEntry {
        for (let i = 0; i < root.count; ++i) {
            const entry = root.objectAt(i) as LibraryEntry;
            if (entry && entry.current)
                return entry;
        }
        return null;
    }

    model: App.library.models
    delegate: LibraryEntry {}
}
