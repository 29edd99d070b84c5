// Every family, one page each in this folder.
#pragma once

#include "engine/model/family.h"

namespace ponder {

const Family& bailingMoe2Family();
const Family& deepseek2Family();
const Family& exaoneFamily();
const Family& exaone4Family();
const Family& glm4Family();
const Family& glm4MoeFamily();
const Family& hunyuanDenseFamily();
const Family& llamaFamily();
const Family& mistral3Family();
const Family& phi3Family();
const Family& qwen2Family();
const Family& qwen2MoeFamily();
const Family& qwen3Family();
const Family& qwen3MoeFamily();
const Family& qwen35Family();
const Family& qwen35MoeFamily();
const Family& seedOssFamily();
const Family& smolLm3Family();

// Layers that two pages have: mixtures whose attention norms each head of q and k before it turns them.
Layer headNormMixtureLayer(const ModelConfig& config, std::uint32_t index);

} // namespace ponder
