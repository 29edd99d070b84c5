// Every family, one page each in this folder.
#pragma once

#include "engine/model/family.h"

namespace ponder {

const Family& llamaFamily();
const Family& qwen2Family();
const Family& qwen2MoeFamily();
const Family& qwen3Family();
const Family& qwen3MoeFamily();

} // namespace ponder
