#include "engine/base/error.h"

#include "engine/base/translatable.h"

#include <array>
#include <utility>

namespace ponder {
namespace {

constexpr std::array kTemplates{
    std::pair{ErrorCode::FileNotFound,
              PONDER_TR_NOOP("Error", "There is no file %1. Check the name, or choose the model again.")},
    std::pair{
        ErrorCode::FileUnreadable,
        PONDER_TR_NOOP("Error", "%1 cannot be read: %2. Check the permissions of the file and the disk.")},
    std::pair{ErrorCode::FileUnwritable,
              PONDER_TR_NOOP("Error",
                             "%1 cannot be written: %2. Check the space on the disk and the permissions of "
                             "the folder.")},
    std::pair{ErrorCode::NotAModelFile,
              PONDER_TR_NOOP("Error", "%1 is not a GGUF model file: %2. Choose a file that ends in .gguf.")},
    std::pair{ErrorCode::UnsupportedVersion,
              PONDER_TR_NOOP("Error", "%1 is GGUF version %2; versions 2 and 3 can be read. Download a newer "
                                      "conversion of this model.")},
    std::pair{
        ErrorCode::FileTruncated,
        PONDER_TR_NOOP("Error", "%1 ends too early: %2. The download is incomplete; download it again.")},
    std::pair{ErrorCode::BadMetadata,
              PONDER_TR_NOOP("Error", "%1 has a damaged header: %2. Download the file again or use another "
                                      "conversion of this model.")},
    std::pair{ErrorCode::BadTensor,
              PONDER_TR_NOOP("Error",
                             "%1 has a damaged tensor table: %2. Download the file again or use another "
                             "conversion of this model.")},
    std::pair{ErrorCode::UnknownTensorType,
              PONDER_TR_NOOP("Error",
                             "%1 uses a number format that cannot be run here: %2. Use a Q4_K_M, Q5_K_M, "
                             "Q6_K or Q8_0 file of this model.")},
    std::pair{ErrorCode::RetiredTensorType,
              PONDER_TR_NOOP("Error", "%1 is arranged for one kind of ARM processor (%2), which is no longer "
                                      "done. Get the Q4_0 file of the same model instead.")},
    std::pair{ErrorCode::UnknownArchitecture,
              PONDER_TR_NOOP("Error", "%1 has the architecture \"%2\", which this version of Ponder does not "
                                      "know. The models page lists models that work.")},
    std::pair{ErrorCode::UnsupportedModel,
              PONDER_TR_NOOP("Error", "%1 cannot be run here: %2. Use another conversion of this model, or "
                                      "a model from the models page.")},
    std::pair{ErrorCode::MissingSplitPart,
              PONDER_TR_NOOP("Error",
                             "%1 is one part of a larger model and these parts are missing: %2. Put all "
                             "parts into one folder.")},
    std::pair{ErrorCode::MissingTensor,
              PONDER_TR_NOOP("Error",
                             "%1 lacks the tensor %2. Download the file again or use another conversion of "
                             "this model.")},
    std::pair{ErrorCode::NotSafetensors,
              PONDER_TR_NOOP("Error", "%1 is not a safetensors file: %2. Choose a file that ends in "
                                      ".safetensors.")},
    std::pair{ErrorCode::BadJson,
              PONDER_TR_NOOP("Error", "%1 cannot be understood: %2. Download the file again.")},
    std::pair{
        ErrorCode::MissingFiles,
        PONDER_TR_NOOP("Error", "%1 is not complete; it lacks %2. Download that into the same folder.")},
    std::pair{ErrorCode::CannotConvert,
              PONDER_TR_NOOP("Error",
                             "%1 cannot be converted: %2. Use a GGUF file of this model, or a model from the "
                             "models page.")},
    std::pair{ErrorCode::BadWeights,
              PONDER_TR_NOOP("Error", "%1 holds damaged weights: %2. Download the file again.")},
    std::pair{ErrorCode::NoSpace,
              PONDER_TR_NOOP(
                  "Error", "There is not enough space for %1: %2. Free some space or choose another disk.")},
    std::pair{
        ErrorCode::BadAdapter,
        PONDER_TR_NOOP("Error",
                       "%1 is not a LoRA adapter that can be read: %2. Choose a GGUF adapter, or a folder "
                       "with adapter_config.json and adapter_model.safetensors.")},
    std::pair{ErrorCode::UnsupportedAdapter,
              PONDER_TR_NOOP(
                  "Error", "%1 cannot be attached: %2. Merge it into its base model with the tool that made "
                           "it, and open the merged model.")},
    std::pair{ErrorCode::WrongAdapter,
              PONDER_TR_NOOP(
                  "Error", "%1 belongs to another model: %2. Choose an adapter that was made for this model, "
                           "or load the model that it was made for.")},
    std::pair{ErrorCode::UnknownTokenizer,
              PONDER_TR_NOOP("Error",
                             "%1 splits its text by \"%2\", which is not known here. Use another conversion "
                             "of this model.")},
    std::pair{ErrorCode::BadTokenizer,
              PONDER_TR_NOOP("Error",
                             "%1 has a damaged vocabulary: %2. Download the file again or use another "
                             "conversion of this model.")},
    std::pair{ErrorCode::TemplateFailed,
              PONDER_TR_NOOP("Error",
                             "The chat template of %1 refuses this conversation: %2. Change the message or "
                             "start a new chat.")},
    std::pair{ErrorCode::TemplateTimeout,
              PONDER_TR_NOOP("Error",
                             "The chat template of %1 ran too long and was stopped. Use another conversion "
                             "of this model.")},
    std::pair{ErrorCode::DeviceNotFound,
              PONDER_TR_NOOP("Error", "There is no device \"%1\" here. Available: %2.")},
    std::pair{ErrorCode::DeviceUnusable,
              PONDER_TR_NOOP("Error",
                             "%1 cannot run models: %2. Update the graphics driver or choose another "
                             "device.")},
    std::pair{ErrorCode::DeviceLost,
              PONDER_TR_NOOP("Error",
                             "%1 stopped answering. Load the model again; if it happens repeatedly, update "
                             "the graphics driver or choose a shorter context.")},
    std::pair{ErrorCode::OutOfMemory,
              PONDER_TR_NOOP("Error",
                             "%1 has no memory left (%2). Close other programs, choose a shorter context or "
                             "a smaller file of this model.")},
    std::pair{ErrorCode::DoesNotFit,
              PONDER_TR_NOOP("Error",
                             "The model does not fit on %1: %2. Choose a shorter context, a smaller file of "
                             "this model or another device.")},
    std::pair{ErrorCode::HubUnreachable,
              PONDER_TR_NOOP("Error",
                             "%1 cannot be reached: %2. Check the connection, and the proxy and the address "
                             "of the hub in the settings.")},
    std::pair{ErrorCode::HubBusy,
              PONDER_TR_NOOP("Error",
                             "%1 gives no files at the moment: %2. Try again later; what has arrived is "
                             "kept.")},
    std::pair{ErrorCode::AccessDenied, PONDER_TR_NOOP("Error", "%1 is not open to everybody: %2.")},
    std::pair{ErrorCode::NotOnHub,
              PONDER_TR_NOOP("Error", "The hub has no %1: %2. Check how the name is written.")},
    std::pair{ErrorCode::DownloadDamaged,
              PONDER_TR_NOOP("Error",
                             "%1 did not arrive as the hub describes it: %2. Download it again; if that "
                             "fails too, choose another address of the hub.")},
    std::pair{ErrorCode::FileBusy,
              PONDER_TR_NOOP("Error",
                             "%1 is being written by another program. Wait until that is done, or stop it "
                             "there.")},
    std::pair{ErrorCode::Cancelled, PONDER_TR_NOOP("Error", "Stopped as you asked.")},
    std::pair{ErrorCode::ContextFull,
              PONDER_TR_NOOP("Error",
                             "The conversation has %1 tokens, and the context holds %2. Start a new chat or "
                             "choose a longer context.")},
    std::pair{ErrorCode::BadArgument, PONDER_TR_NOOP("Error", "%1 is not usable: %2.")},
    std::pair{
        ErrorCode::Internal,
        PONDER_TR_NOOP("Error", "Something went wrong inside Ponder (%2). Please report it with this text.")},
};

} // namespace

std::string_view errorTemplate(ErrorCode code) {
    for (const auto& [known, text] : kTemplates)
        if (known == code) return text;
    return kTemplates.back().second;
}

std::string Error::message() const { return filled(errorTemplate(code), {subject, detail.english()}); }

} // namespace ponder
