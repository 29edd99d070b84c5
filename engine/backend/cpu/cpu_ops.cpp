#include "engine/backend/cpu/cpu_ops.h"

#include "engine/backend/cpu/row_kernels.h"
#include "engine/quant/decode.h"

#include <algorithm>

namespace ponder::cpu {
namespace {

constexpr std::uint32_t kLookUps = 8; // rows of the table of embeddings until its pages are given back
constexpr std::size_t kSmallTable = std::size_t{16} << 20; // such a one may stay

std::uint64_t padded(std::uint64_t rows) { return (rows + kPanelRows - 1) / kPanelRows * kPanelRows; }

} // namespace

CpuOps::CpuOps(const CpuPlan& plan, const CpuWeights& weights, const CpuAdapters& adapters, ThreadPool& pool)
    : m_plan(plan), m_config(plan.config), m_weights(weights), m_adapters(adapters), m_pool(pool),
      m_normed(plan.rounding), m_attended(plan.rounding), m_gated(plan.rounding), m_compressed(plan.rounding),
      m_threads(pool.threads()) {
    m_kAt = padded(m_config.queryLength());
    m_vAt = m_kAt + padded(m_config.keyLength());
    m_qkvStride =
        std::max<std::size_t>(m_vAt + padded(m_config.valueLength()), DeltaRow::of(m_config.delta).length);
    if (const LatentAttention& latent = m_config.latent; latent.heads > 0) {
        m_compressed.length = latent.queryRank;
        m_kAt = padded(latent.queryRank > 0 ? latent.queryRank : latent.queryLength());
        m_qkvStride = m_kAt + keptSize(latent);
    }
    m_normed.length = m_config.width;
    m_attended.length = m_attendedLength = (m_config.attendedLength() + 31) / 32 * 32;
    m_gated.length = m_hiddenLength = m_config.hiddenLength();
    const std::uint32_t widest =
        std::max({m_config.width, m_gated.length, m_attended.length, m_config.mixture.hidden,
                  m_config.latent.queryRank, m_config.latent.kvRank});
    for (Thread& thread : m_threads) {
        thread.part.resize(std::size_t{kMaxQueries} * paddedHead(m_config.longestValue()));
        if (plan.mappedPanels > 0) thread.packed.grow(plan.mappedPanels);
        thread.unpacked.resize(unpackedBytes(PanelLayout::of(TensorType::Q6_K, widest, kPanelRows)));
    }
}

void CpuOps::fit(std::vector<float>& values, std::size_t length) const {
    if (values.size() < m_rows * length) values.resize(m_rows * length);
}

void CpuOps::beginExperts(std::span<const float> x, Weight next, const std::stop_token& stop,
                          std::vector<float>& out) {
    m_stop = stop;
    m_out = &out;
    m_rows = static_cast<std::uint32_t>(x.size() / m_config.width);
    m_nextNorm = next;
    fit(m_x, m_config.width);
    fit(m_normed.values, m_normed.length);
    for (Thread& thread : m_threads)
        fit(thread.chunk, 2 * kChunkRows);
    std::copy(x.begin(), x.end(), m_x.begin());
}

void CpuOps::clear() { std::fill_n(m_x.begin(), std::size_t{m_rows} * m_config.width, 0.0F); }

void CpuOps::begin(const Batch& batch, CpuCache& cache, const std::stop_token& stop,
                   std::vector<float>& out) {
    m_batch = batch;
    m_cache = &cache;
    m_stop = stop;
    m_out = &out;
    m_angles.clear();
    m_rows = static_cast<std::uint32_t>(batch.tokens.size());
    fit(m_x, m_config.width);
    fit(m_normed.values, m_normed.length);
    fit(m_attended.values, m_attendedLength);
    fit(m_gated.values, m_hiddenLength);
    fit(m_qkv, m_qkvStride);
    if (const LatentAttention& latent = m_config.latent; latent.heads > 0) {
        const std::size_t heads = latent.heads;
        fit(m_compressed.values, latent.queryRank);
        if (latent.queryRank > 0) fit(m_queries, padded(latent.queryLength()) + kChunkRows);
        fit(m_absorbed, heads * keptSize(latent));
        fit(m_latents, heads * latent.kvRank);
    }
    fit(m_wide, m_plan.wideLength);
    for (Thread& thread : m_threads)
        fit(thread.chunk, 2 * kChunkRows);
    if (!m_adapters.any()) return;
    fit(m_low, m_adapters.lowLength());
    for (Thread& thread : m_threads)
        fit(thread.delta, kChunkRows);
}

std::uint64_t CpuOps::bytes() const {
    std::uint64_t values = m_x.size() + m_given.size() + m_qkv.size() + m_angles.size() + m_parts.size() +
                           m_low.size() + m_logits.size() + m_share.size() + m_expertGated.size() +
                           m_wide.size();
    std::uint64_t sum = m_experts.bytes() + m_chosen.size() * sizeof(ChosenExpert);
    values += m_queries.size() + m_absorbed.size() + m_latents.size();
    sum += m_headMemory.size() + m_headTiles.size() * sizeof(ActivationTiles);
    for (const Operand* operand : {&m_normed, &m_attended, &m_gated, &m_compressed}) {
        values += operand->values.size();
        sum += operand->tiles.bytes();
    }
    for (const Thread& thread : m_threads) {
        values += thread.chunk.size() + thread.part.size() + thread.delta.size();
        sum += thread.unpacked.size() + thread.packed.size();
    }
    return sum + values * sizeof(float);
}

std::uint32_t CpuOps::positionOf(std::uint32_t row) const {
    return m_batch.firstPosition + (m_batch.branches ? 0 : row);
}

std::uint32_t CpuOps::slotOf(std::uint32_t row) const {
    const std::uint32_t position = positionOf(row);
    return m_batch.branches ? position + m_batch.branches->ofRow[row] * m_batch.branches->length : position;
}

CpuOps::Adapted CpuOps::adapted(Weight weight) const {
    const Tensor matrix = m_plan.weights[weight];
    if (matrix->mapped) m_weights.fetch(*matrix, 0, matrix->layout.rows);
    return {matrix, m_adapters.additions()[weight]};
}

void CpuOps::embed(Weight table, Weight next) {
    m_nextNorm = next;
    const KernelClock::Measure measure(m_clock, "embed", 0);
    const TensorInfo& file = *m_plan.weights[table]->source;
    const std::size_t rowBytes = file.bytes.size() / file.rows();
    const bool large = file.bytes.size() > kSmallTable;
    for (std::uint32_t t = 0; t < m_rows; ++t) {
        decode(file.type, file.bytes.subspan(m_batch.tokens[t] * rowBytes, rowBytes),
               std::span(m_x).subspan(std::size_t{t} * m_config.width, m_config.width));
        // A row of a kilobyte brings up to two megabytes around it into memory: without this a hundred tokens
        // have all of the table there, which no plan counts.
        if (++m_lookedUp % kLookUps == 0 && large) m_weights.release(m_plan.weights[table]);
    }
    const CpuAddition& added = m_adapters.additions()[table];
    if (m_adapters.any() && added) embedAdded(added);
}

void CpuOps::receive(Weight next) {
    m_nextNorm = next;
    std::copy(m_batch.activations.begin(), m_batch.activations.end(), m_x.begin());
}

void CpuOps::send() {
    const auto rows = std::span(m_x).first(std::size_t{m_rows} * m_config.width);
    m_out->assign(rows.begin(), rows.end());
}

// Rows of x, normed where a norm comes next, for those who read them: in 8 bits where one of them is
// quantized, and for their adapters.
void CpuOps::norm(RowRange rows, std::initializer_list<Adapted> readers) {
    const bool quantized = std::any_of(readers.begin(), readers.end(), [](const Adapted& reader) {
        return reader.matrix->layout.quantized();
    });
    const float* scale = m_weights.vector(m_plan.weights[m_nextNorm]);
    const std::size_t width = m_config.width;
    const float* x = &m_x[rows.first * width];
    {
        const KernelClock::Measure measure(m_clock, "norm", 0);
        if (quantized) m_normed.tiles.resize(rows.count, m_config.width);
        m_pool.forEach(rows.count, kTileColumns, [&](std::size_t first, std::size_t end, unsigned) {
            for (std::size_t t = first; t < end; ++t) {
                float* out = &m_normed.values[t * width];
                if (m_nextNorm == kNoWeight)
                    std::copy_n(x + t * width, width, out);
                else
                    rmsNorm(x + t * width, scale, width, m_config.normEpsilon, out);
                if (quantized)
                    m_normed.tiles.quantize(static_cast<std::uint32_t>(t), 0, out, m_normed.tiles.blocks());
            }
        });
    }
    descend(m_normed, rows.count, readers);
}

void CpuOps::quantize(Operand& in, std::uint32_t count) {
    in.tiles.resize(count, in.length);
    m_pool.forEach(count, kTileColumns, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t t = first; t < end; ++t)
            in.tiles.quantize(static_cast<std::uint32_t>(t), 0, &in.values[t * in.length], in.tiles.blocks());
    });
}

// Rows of one product for panels first .. end - 1; what stands after the last row is cut off. Adapters have
// descended already.
void CpuOps::multiply(const Adapted& adapted, const Operand& in, std::uint32_t rows, std::uint64_t first,
                      std::uint64_t end, unsigned thread, Place out) {
    usePanels(adapted.matrix, first, end, thread,
              [&](const PanelMatrix& matrix, std::uint64_t from, std::uint64_t to, std::size_t row) {
                  if (matrix.layout.quantized())
                      multiplyQuantized(matrix, from, to, in.tiles, m_threads[thread].unpacked.data(),
                                        out.first + row, out.stride);
                  else
                      multiplyFloats(matrix, from, to, in.values.data(), in.length, rows, out.first + row,
                                     out.stride);
              });
    if (const auto factors = adapted.matrix->source->factors; !factors.empty())
        for (std::uint32_t t = 0; t < rows; ++t)
            multiplyBy(factors.front(), out.first + t * out.stride, (end - first) * kPanelRows);
    if (m_adapters.any() && adapted.added) climb(adapted.added, rows, first, end, thread, out);
}

// Panels that a thread takes at least: what one of them lags behind in the end is no more than this.
std::size_t CpuOps::panelGrain(std::uint64_t panels) const {
    if (m_pool.threads() == 1) return panels;
    return std::max<std::uint64_t>(1, panels / (std::uint64_t{64} * m_pool.threads()));
}

void CpuOps::project(const Projection& q, const Projection& k, const Projection& v) {
    if (stopped()) return;
    const auto part = [&](const Projection& projection, std::size_t at) {
        return ProjectedPart{adapted(projection.matrix), m_weights.vector(m_plan.weights[projection.bias]),
                             at};
    };
    const ProjectedPart parts[] = {part(q, 0), part(k, m_kAt), part(v, m_vAt)};
    norm({0, m_rows}, {parts[0].matrix, parts[1].matrix, parts[2].matrix});
    projectInto(parts);
}

// Products of n that stand beside each other in the rows of m_qkv.
void CpuOps::projectInto(std::span<const ProjectedPart> parts) {
    std::uint64_t all = 0, bytes = 0;
    for (const ProjectedPart& one : parts) {
        all += one.matrix.matrix->layout.panels();
        bytes += one.matrix.matrix->layout.bytes();
    }
    const KernelClock::Measure measure(m_clock, "qkv", bytes);
    m_pool.forEach(all, panelGrain(all), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        std::uint64_t before = 0;
        for (const ProjectedPart& one : parts) {
            const std::uint64_t panels = one.matrix.matrix->layout.panels();
            const std::uint64_t from = std::max(first, before), to = std::min(end, before + panels);
            if (from < to) {
                const std::size_t row = one.at + (from - before) * kPanelRows;
                multiply(one.matrix, m_normed, m_rows, from - before, to - before, thread,
                         {&m_qkv[row], m_qkvStride});
                for (std::uint32_t t = 0; one.bias && t < m_rows; ++t)
                    ponder::cpu::addTo(&m_qkv[t * m_qkvStride + row], one.bias + (from - before) * kPanelRows,
                                       (to - from) * kPanelRows);
            }
            before += panels;
        }
    });
}

void CpuOps::addTo(Weight matrix, Rows rows, Weight next) {
    if (stopped()) return;
    m_nextNorm = next;
    addProduct(matrix, rows, m_x.data());
}

void CpuOps::addNormedTo(Weight matrix, Rows rows, Weight normWeight, Weight next) {
    if (stopped()) return;
    m_nextNorm = next;
    const std::size_t width = m_config.width;
    m_given.assign(m_rows * width, 0.0F);
    addProduct(matrix, rows, m_given.data());
    const float* scale = m_weights.vector(m_plan.weights[normWeight]);
    m_pool.forEach(m_rows, kTileColumns, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t t = first; t < end; ++t) {
            float* given = &m_given[t * width];
            rmsNorm(given, scale, width, m_config.normEpsilon, given);
            ponder::cpu::addTo(&m_x[t * width], given, width);
        }
    });
}

// to += W · rows, [rows x width]
void CpuOps::addProduct(Weight matrix, Rows rows, float* to) {
    const Adapted adapted = this->adapted(matrix);
    Operand& in = rows == Rows::Attended ? m_attended : m_gated;
    const bool shared = rows == Rows::Shared;
    const PanelLayout& layout = adapted.matrix->layout;
    // gate() has made the tiles of its rows.
    if (rows == Rows::Attended && layout.quantized()) quantize(in, m_rows);
    descend(in, m_rows, {adapted});
    const KernelClock::Measure measure(m_clock, rows == Rows::Attended ? "output" : "down", layout.bytes());
    const std::uint64_t panels = layout.panels();
    const std::size_t width = m_config.width; // a multiple of 32: no panel is padded
    m_pool.forEach(panels, panelGrain(panels), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        float* chunk = m_threads[thread].chunk.data();
        for (std::uint64_t p = first; p < end; p += kChunkPanels) {
            const std::uint64_t stop = std::min<std::uint64_t>(end, p + kChunkPanels);
            multiply(adapted, in, m_rows, p, stop, thread, {chunk, kChunkRows});
            for (std::uint32_t t = 0; t < m_rows; ++t) {
                if (shared) multiplyBy(shareOf(t), chunk + t * kChunkRows, kChunkRows);
                ponder::cpu::addTo(to + t * width + p * kPanelRows, chunk + t * kChunkRows,
                                   (stop - p) * kPanelRows);
            }
        }
    });
}

void CpuOps::gate(Weight gateWeight, Weight upWeight, Activation /*silu*/, Weight readerWeight) {
    if (stopped()) return;
    const Adapted gate = adapted(gateWeight), up = adapted(upWeight), reader = adapted(readerWeight);
    norm({0, m_rows}, {gate, up});
    const KernelClock::Measure measure(m_clock, "gate+up",
                                       gate.matrix->layout.bytes() + up.matrix->layout.bytes());
    const std::uint64_t chunks = gate.matrix->layout.rows / kChunkRows;
    m_gated.length = static_cast<std::uint32_t>(gate.matrix->layout.rows); // layers differ
    if (reader.matrix->layout.quantized()) m_gated.tiles.resize(m_rows, m_gated.length);
    m_pool.forEach(chunks, panelGrain(chunks), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        for (std::uint64_t chunk = first; chunk < end; ++chunk)
            gateUpChunk(gate, up, reader, chunk, thread);
    });
}

// 32 values of silu(gate) * up for every row: one block of the next product's activations.
void CpuOps::gateUpChunk(const Adapted& gateMatrix, const Adapted& upMatrix, const Adapted& reader,
                         std::uint64_t chunk, unsigned thread) {
    const std::uint64_t panel = chunk * kChunkPanels;
    float* gate = m_threads[thread].chunk.data();
    float* up = gate + m_rows * kChunkRows;
    multiply(gateMatrix, m_normed, m_rows, panel, panel + kChunkPanels, thread, {gate, kChunkRows});
    multiply(upMatrix, m_normed, m_rows, panel, panel + kChunkPanels, thread, {up, kChunkRows});
    swiGlu(gate, up, m_rows * kChunkRows);
    const bool quantized = reader.matrix->layout.quantized();
    const bool floats = !quantized || (m_adapters.any() && reader.added); // adapters read them
    for (std::uint32_t t = 0; t < m_rows; ++t) {
        const float* values = gate + t * kChunkRows;
        if (quantized) m_gated.tiles.quantize(t, static_cast<std::uint32_t>(chunk), values, 1);
        if (floats)
            std::copy(values, values + kChunkRows, &m_gated.values[t * m_gated.length + chunk * kChunkRows]);
    }
}

void CpuOps::head(Weight output) {
    const std::uint32_t wanted = m_rows - m_batch.firstLogits;
    m_out->resize(std::size_t{wanted} * m_config.vocabulary);
    if (wanted == 0 || stopped()) return;
    const Adapted adapted = this->adapted(output);
    norm({m_batch.firstLogits, wanted}, {adapted});
    const PanelLayout& layout = adapted.matrix->layout;
    const KernelClock::Measure measure(m_clock, "head", layout.bytes());
    const std::uint64_t panels = layout.panels();
    const std::uint64_t whole = m_config.vocabulary / kPanelRows;
    const std::size_t stride = m_config.vocabulary;
    m_pool.forEach(panels, panelGrain(panels), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        const std::uint64_t stop = std::min(end, whole);
        if (first < stop)
            multiply(adapted, m_normed, wanted, first, stop, thread,
                     {m_out->data() + first * kPanelRows, stride});
        if (end <= whole) return;
        float* last = m_threads[thread].chunk.data(); // the last panel is partly padding
        multiply(adapted, m_normed, wanted, whole, whole + 1, thread, {last, kPanelRows});
        for (std::uint32_t t = 0; t < wanted; ++t)
            std::copy_n(last + t * kPanelRows, stride - whole * kPanelRows,
                        m_out->data() + t * stride + whole * kPanelRows);
    });
}

static_assert(DecoderOps<CpuOps>);

} // namespace ponder::cpu
