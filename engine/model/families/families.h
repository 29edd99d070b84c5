// Every family, one page each in this folder.
#pragma once

#include "engine/model/family.h"

namespace ponder {

const Family& llamaFamily();
const Family& qwen2Family();
const Family& qwen2MoeFamily();

} // namespace ponder
