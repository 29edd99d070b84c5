pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App

// A conversion in the list of what goes on.
TaskRow {
    id: root

    required errorText
    required property int index
    required property var model // a role is called "state", which items have already
    required property string detailText

    phase: root.model.state
    detail: root.detailText
    onPauseRequested: App.conversions.pause(root.index)
    onResumeRequested: App.conversions.resume(root.index)
    onRetryRequested: App.conversions.resume(root.index)
    onCancelRequested: App.conversions.cancel(root.index)
}
