// Marks a text that the application shows in the user's language.
//
// Takes a translation context and an English text; gives the text unchanged, so that the engine stays free of
// any translation library. translations/update reads the macro as QT_TRANSLATE_NOOP. Next station:
// app/chat/error_text.h, which looks the text up.
#pragma once

#define PONDER_TR_NOOP(context, text) text
