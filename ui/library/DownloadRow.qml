pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Ui.Controls

// A download in the list of what goes on.
TaskRow {
    id: root

    required errorText
    required property int index
    required property string label
    required property string step
    required property string amountText
    required property string speedText
    required property string statusText

    readonly property bool done: root.step === "done"

    phase: root.step === "queued" ? "waiting" : root.step
    detail: Join.facts([root.label, root.amountText, root.speedText, root.statusText])
    onPauseRequested: App.downloads.pause(root.index)
    onResumeRequested: App.downloads.resume(root.index)
    onRetryRequested: App.downloads.retry(root.index)
    onCancelRequested: root.done ? App.downloads.forget(root.index) : App.downloads.cancel(root.index)
}
