// What went wrong, as a value.
//
// The engine never throws across its surface, never prints and never aborts: every function that can fail
// returns Result<T> (result.h) carrying an Error. An Error says what happened (code), to what (subject: a
// file name, a tensor, a device) and the particulars (detail). message() is the English sentence, always
// ending in what to do next; the application shows the same sentence in the user's language: its template is
// translated under the context "Error", the pattern of the particulars under "ErrorDetail" (detail.h).
//
// Next station: whoever called.
#pragma once

#include "engine/base/detail.h"

#include <string>
#include <string_view>

namespace ponder {

enum class ErrorCode {
    // files
    FileNotFound,        // subject: path
    FileUnreadable,      // subject: path, detail: system's reason
    FileUnwritable,      // subject: path, detail: system's reason
    NotAModelFile,       // subject: path, detail: what was found instead
    UnsupportedVersion,  // subject: path, detail: version found
    FileTruncated,       // subject: path, detail: where
    BadMetadata,         // subject: path, detail: key and what is wrong with it
    BadTensor,           // subject: path, detail: tensor and what is wrong with it
    UnknownTensorType,   // subject: path, detail: tensor and type
    RetiredTensorType,   // subject: path, detail: type
    UnknownArchitecture, // subject: path, detail: architecture
    UnsupportedModel,    // subject: path, detail: what it needs that is not built in
    MissingSplitPart,    // subject: path, detail: names of the missing parts
    MissingTensor,       // subject: path, detail: tensor
    // files of other programs
    NotSafetensors,     // subject: path, detail: what was found instead
    BadJson,            // subject: path, detail: what is wrong with it
    MissingFiles,       // subject: folder, detail: names
    CannotConvert,      // subject: folder, detail: what it needs that is not built in
    BadWeights,         // subject: path, detail: tensor and what is wrong with its values
    NoSpace,            // subject: path, detail: how much is missing
    BadAdapter,         // subject: path, detail: what was found instead of a LoRA adapter
    UnsupportedAdapter, // subject: path, detail: what it needs that is not built in
    WrongAdapter,       // subject: path, detail: what does not match the model
    // text
    UnknownTokenizer, // subject: path, detail: tokenizer model or pre-tokenizer
    BadTokenizer,     // subject: path, detail: reason
    TemplateFailed,   // subject: model, detail: the template's own message
    TemplateTimeout,  // subject: model
    // devices and memory
    DeviceNotFound, // subject: what was asked for, detail: what there is
    DeviceUnusable, // subject: device, detail: what it lacks
    DeviceLost,     // subject: device
    OutOfMemory,    // subject: device, detail: bytes asked for
    DoesNotFit,     // subject: device, detail: bytes needed and bytes free
    // the hub and downloads
    HubUnreachable,  // subject: host, detail: reason
    HubBusy,         // subject: host, detail: its answer
    AccessDenied,    // subject: repository or host, detail: what opens it
    NotOnHub,        // subject: repository or file, detail: names that come close
    DownloadDamaged, // subject: file, detail: what is wrong
    FileBusy,        // subject: path; another program writes it
    // running
    Cancelled,
    ContextFull, // subject: tokens asked for, detail: tokens of the context
    BadArgument, // subject: name, detail: what is allowed
    Internal,    // detail: for a bug report
};

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string subject;
    Detail detail;

    // English: what, where and what to do next.
    std::string message() const;
};

// The sentence behind a code with %1 for the subject and %2 for the detail; extracted for translation.
std::string_view errorTemplate(ErrorCode code);

} // namespace ponder
