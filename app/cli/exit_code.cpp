#include "app/cli/exit_code.h"

namespace ponder {

ExitCode exitCode(ErrorCode code) {
    switch (code) {
    case ErrorCode::FileNotFound:
    case ErrorCode::FileUnreadable:
    case ErrorCode::FileUnwritable:
    case ErrorCode::NotAModelFile:
    case ErrorCode::UnsupportedVersion:
    case ErrorCode::FileTruncated:
    case ErrorCode::BadMetadata:
    case ErrorCode::BadTensor:
    case ErrorCode::UnknownTensorType:
    case ErrorCode::RetiredTensorType:
    case ErrorCode::UnknownArchitecture:
    case ErrorCode::MissingSplitPart:
    case ErrorCode::MissingTensor:
    case ErrorCode::BadAdapter:
    case ErrorCode::UnsupportedAdapter:
    case ErrorCode::WrongAdapter:
    case ErrorCode::UnsupportedModel:
    case ErrorCode::NotSafetensors:
    case ErrorCode::BadJson:
    case ErrorCode::MissingFiles:
    case ErrorCode::CannotConvert:
    case ErrorCode::BadWeights:
    case ErrorCode::UnknownTokenizer:
    case ErrorCode::BadTokenizer:
    case ErrorCode::TemplateFailed:
    case ErrorCode::TemplateTimeout:
    case ErrorCode::FileBusy:
        return kBadFile;
    case ErrorCode::OutOfMemory:
    case ErrorCode::DoesNotFit:
    case ErrorCode::ContextFull:
    case ErrorCode::NoSpace:
        return kDoesNotFit;
    case ErrorCode::DeviceNotFound:
    case ErrorCode::DeviceUnusable:
    case ErrorCode::DeviceLost:
        return kDevice;
    case ErrorCode::HubUnreachable:
    case ErrorCode::HubBusy:
    case ErrorCode::AccessDenied:
    case ErrorCode::NotOnHub:
    case ErrorCode::DownloadDamaged:
        return kNetwork;
    case ErrorCode::Cancelled:
        return kInterrupted;
    case ErrorCode::BadArgument:
        return kUsage;
    case ErrorCode::Internal:
        break;
    }
    return kInternal;
}

} // namespace ponder
