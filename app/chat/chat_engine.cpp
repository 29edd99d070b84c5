#include "app/chat/chat_engine.h"
