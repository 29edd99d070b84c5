#include "engine/backend/cpu/cpu_ops.h"

#include "engine/backend/cpu/row_kernels.h"
#include "engine/quant/decode.h"

#include <algorithm>

namespace ponder::cpu {
namespace {

constexpr std::size_t kChunkPanels = 2; // one block of 32 of the next product's activations
constexpr std::size_t kChunkRows = kChunkPanels * kPanelRows;
constexpr std::uint32_t kLookUps = 8; // rows of the table of embeddings until its pages are given back
constexpr std::size_t kSmallTable = std::size_t{16} << 20; // such a one may stay

std::uint64_t padded(std::uint64_t rows) { return (rows + kPanelRows - 1) / kPanelRows * kPanelRows; }

} // namespace

CpuOps::CpuOps(const CpuPlan& plan, const CpuWeights& weights, const CpuAdapters& adapters, ThreadPool& pool)
    : m_plan(plan), m_config(plan.config), m_weights(weights), m_adapters(adapters), m_pool(pool),
      m_normed(plan.rounding), m_attended(plan.rounding), m_hidden(plan.rounding), m_threads(pool.threads()) {
    m_kAt = padded(m_config.queryLength());
    m_vAt = m_kAt + padded(m_config.kvLength());
    m_qkvStride = m_vAt + padded(m_config.kvLength());
    m_normed.length = m_config.width;
    m_attended.length = m_config.queryLength();
    m_hidden.length = m_config.hidden;
    std::uint32_t widest = std::max({m_config.width, m_config.hidden, m_config.queryLength()});
    for (Thread& thread : m_threads) {
        thread.part.resize(std::size_t{kMaxQueries} * m_config.headSize);
        thread.unpacked.resize(unpackedBytes(PanelLayout::of(TensorType::Q6_K, widest, kPanelRows)));
    }
}

void CpuOps::begin(const Batch& batch, CpuCache& cache, const std::stop_token& stop,
                   std::vector<float>& out) {
    m_batch = batch;
    m_cache = &cache;
    m_stop = stop;
    m_out = &out;
    const auto rows = static_cast<std::uint32_t>(batch.tokens.size());
    m_angles.clear();
    m_rows = rows;
    const auto fit = [rows](std::vector<float>& values, std::size_t length) {
        if (values.size() < rows * length) values.resize(rows * length);
    };
    fit(m_x, m_config.width);
    fit(m_normed.values, m_config.width);
    fit(m_qkv, m_qkvStride);
    fit(m_attended.values, m_config.queryLength());
    fit(m_hidden.values, m_config.hidden);
    for (Thread& thread : m_threads)
        fit(thread.chunk, 2 * kChunkRows);
    if (!m_adapters.any()) return;
    fit(m_low, m_adapters.lowLength());
    for (Thread& thread : m_threads)
        fit(thread.delta, kChunkRows);
}

std::uint64_t CpuOps::bytes() const {
    std::uint64_t values = m_x.size() + m_qkv.size() + m_angles.size() + m_parts.size() + m_low.size();
    std::uint64_t sum = 0;
    for (const Rows* rows : {&m_normed, &m_attended, &m_hidden}) {
        values += rows->values.size();
        sum += rows->tiles.bytes();
    }
    for (const Thread& thread : m_threads) {
        values += thread.chunk.size() + thread.part.size() + thread.delta.size();
        sum += thread.unpacked.size();
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

void CpuOps::embed(Tensor table) {
    const KernelClock::Measure measure(m_clock, "embed", 0);
    const TensorInfo& file = *table->source;
    const std::size_t rowBytes = file.bytes.size() / file.rows();
    const bool large = file.bytes.size() > kSmallTable;
    for (std::uint32_t t = 0; t < m_rows; ++t) {
        decode(file.type, file.bytes.subspan(m_batch.tokens[t] * rowBytes, rowBytes),
               std::span(m_x).subspan(std::size_t{t} * m_config.width, m_config.width));
        // A row of a kilobyte brings up to two megabytes around it into memory: without this a hundred tokens
        // have all of the table there, which no plan counts.
        if (++m_lookedUp % kLookUps == 0 && large) m_weights.release(table);
    }
    const CpuAddition& added = m_adapters.additions().tokenEmbedding;
    if (m_adapters.any() && added) embedAdded(added);
}

void CpuOps::receive() { std::copy(m_batch.activations.begin(), m_batch.activations.end(), m_x.begin()); }

void CpuOps::send() {
    const auto rows = std::span(m_x).first(std::size_t{m_rows} * m_config.width);
    m_out->assign(rows.begin(), rows.end());
}

// Normed rows of x for those who read them: in 8 bits where one of them is quantized, and for their adapters.
void CpuOps::norm(const float* x, std::uint32_t rows, Tensor weight, std::initializer_list<Adapted> readers) {
    const bool quantized = std::any_of(readers.begin(), readers.end(), [](const Adapted& reader) {
        return reader.matrix->layout.quantized();
    });
    const float* scale = m_weights.vector(weight);
    const std::size_t width = m_config.width;
    {
        const KernelClock::Measure measure(m_clock, "norm", 0);
        if (quantized) m_normed.tiles.resize(rows, m_config.width);
        m_pool.forEach(rows, kTileColumns, [&](std::size_t first, std::size_t end, unsigned) {
            for (std::size_t t = first; t < end; ++t) {
                float* out = &m_normed.values[t * width];
                rmsNorm(x + t * width, scale, width, m_config.normEpsilon, out);
                if (quantized)
                    m_normed.tiles.quantize(static_cast<std::uint32_t>(t), 0, out, m_normed.tiles.blocks());
            }
        });
    }
    descend(m_normed, rows, readers);
}

void CpuOps::quantize(Rows& in, std::uint32_t count) {
    in.tiles.resize(count, in.length);
    m_pool.forEach(count, kTileColumns, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t t = first; t < end; ++t)
            in.tiles.quantize(static_cast<std::uint32_t>(t), 0, &in.values[t * in.length], in.tiles.blocks());
    });
}

// Rows of one product for panels first .. end - 1; what stands behind the last row is cut off. Adapters have
// descended already.
void CpuOps::multiply(const Adapted& adapted, const Rows& in, std::uint32_t rows, std::uint64_t first,
                      std::uint64_t end, unsigned thread, Place out) {
    const PanelMatrix matrix = m_weights.matrix(adapted.matrix);
    if (matrix.layout.quantized())
        multiplyQuantized(matrix, first, end, in.tiles, m_threads[thread].unpacked.data(), out.first,
                          out.stride);
    else
        multiplyFloats(matrix, first, end, in.values.data(), in.length, rows, out.first, out.stride);
    if (m_adapters.any() && adapted.added) climb(adapted.added, rows, first, end, thread, out);
}

// Panels that a thread takes at least: what one of them lags behind in the end is no more than this.
std::size_t CpuOps::panelGrain(std::uint64_t panels) const {
    if (m_pool.threads() == 1) return panels;
    return std::max<std::uint64_t>(1, panels / (std::uint64_t{64} * m_pool.threads()));
}

void CpuOps::normQkv(const LayerWeights<Tensor>& layer) {
    if (stopped()) return;
    const LayerWeights<CpuAddition>& added = addedTo(layer);
    const Adapted q{layer.q, added.q}, k{layer.k, added.k}, v{layer.v, added.v};
    norm(m_x.data(), m_rows, layer.attentionNorm, {q, k, v});
    struct Part {
        const Adapted& matrix;
        Tensor bias;
        std::size_t at;
        std::uint64_t panels;
    };
    const Part parts[] = {{q, layer.qBias, 0, layer.q->layout.panels()},
                          {k, layer.kBias, m_kAt, layer.k->layout.panels()},
                          {v, layer.vBias, m_vAt, layer.v->layout.panels()}};
    const KernelClock::Measure measure(
        m_clock, "qkv", layer.q->layout.bytes() + layer.k->layout.bytes() + layer.v->layout.bytes());
    const std::uint64_t all = parts[0].panels + parts[1].panels + parts[2].panels;
    m_pool.forEach(all, panelGrain(all), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        std::uint64_t before = 0;
        for (const Part& part : parts) {
            const std::uint64_t from = std::max(first, before), to = std::min(end, before + part.panels);
            if (from < to) {
                const std::size_t row = part.at + (from - before) * kPanelRows;
                multiply(part.matrix, m_normed, m_rows, from - before, to - before, thread,
                         {&m_qkv[row], m_qkvStride});
                if (const float* bias = m_weights.vector(part.bias))
                    for (std::uint32_t t = 0; t < m_rows; ++t)
                        addTo(&m_qkv[t * m_qkvStride + row], bias + (from - before) * kPanelRows,
                              (to - from) * kPanelRows);
            }
            before += part.panels;
        }
    });
}

void CpuOps::outputAdd(const LayerWeights<Tensor>& layer) {
    if (stopped()) return;
    if (layer.output->layout.quantized()) quantize(m_attended, m_rows);
    projectAdd({layer.output, addedTo(layer).output}, m_attended, "output");
}

void CpuOps::downAdd(const LayerWeights<Tensor>& layer) {
    if (!stopped()) projectAdd({layer.down, addedTo(layer).down}, m_hidden, "down");
}

// x += matrix · in
void CpuOps::projectAdd(const Adapted& adapted, const Rows& in, const char* name) {
    descend(in, m_rows, {adapted});
    const PanelLayout& layout = adapted.matrix->layout;
    const KernelClock::Measure measure(m_clock, name, layout.bytes());
    const std::uint64_t panels = layout.panels();
    const std::size_t width = m_config.width; // a multiple of 32: no panel is padded
    m_pool.forEach(panels, panelGrain(panels), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        float* chunk = m_threads[thread].chunk.data();
        for (std::uint64_t p = first; p < end; p += kChunkPanels) {
            const std::uint64_t stop = std::min<std::uint64_t>(end, p + kChunkPanels);
            multiply(adapted, in, m_rows, p, stop, thread, {chunk, kChunkRows});
            for (std::uint32_t t = 0; t < m_rows; ++t)
                addTo(&m_x[t * width + p * kPanelRows], chunk + t * kChunkRows, (stop - p) * kPanelRows);
        }
    });
}

void CpuOps::normGateUp(const LayerWeights<Tensor>& layer) {
    if (stopped()) return;
    const LayerWeights<CpuAddition>& added = addedTo(layer);
    norm(m_x.data(), m_rows, layer.feedForwardNorm, {{layer.gate, added.gate}, {layer.up, added.up}});
    const KernelClock::Measure measure(m_clock, "gate+up",
                                       layer.gate->layout.bytes() + layer.up->layout.bytes());
    const std::uint64_t chunks = m_config.hidden / kChunkRows;
    if (layer.down->layout.quantized()) m_hidden.tiles.resize(m_rows, m_config.hidden);
    m_pool.forEach(chunks, panelGrain(chunks), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        for (std::uint64_t chunk = first; chunk < end; ++chunk)
            gateUpChunk(layer, chunk, thread);
    });
}

// 32 values of silu(gate) * up for every row: one block of the next product's activations.
void CpuOps::gateUpChunk(const LayerWeights<Tensor>& layer, std::uint64_t chunk, unsigned thread) {
    const std::uint64_t panel = chunk * kChunkPanels;
    float* gate = m_threads[thread].chunk.data();
    float* up = gate + m_rows * kChunkRows;
    const LayerWeights<CpuAddition>& added = addedTo(layer);
    multiply({layer.gate, added.gate}, m_normed, m_rows, panel, panel + kChunkPanels, thread,
             {gate, kChunkRows});
    multiply({layer.up, added.up}, m_normed, m_rows, panel, panel + kChunkPanels, thread, {up, kChunkRows});
    swiGlu(gate, up, m_rows * kChunkRows);
    const bool quantized = layer.down->layout.quantized();
    const bool floats = !quantized || (m_adapters.any() && added.down); // adapters read them
    for (std::uint32_t t = 0; t < m_rows; ++t) {
        const float* values = gate + t * kChunkRows;
        if (quantized) m_hidden.tiles.quantize(t, static_cast<std::uint32_t>(chunk), values, 1);
        if (floats)
            std::copy(values, values + kChunkRows,
                      &m_hidden.values[t * m_config.hidden + chunk * kChunkRows]);
    }
}

void CpuOps::head(Tensor normWeight, Tensor output) {
    const std::uint32_t wanted = m_rows - m_batch.firstLogits;
    m_out->resize(std::size_t{wanted} * m_config.vocabulary);
    if (wanted == 0 || stopped()) return;
    const Adapted adapted{output, m_adapters.additions().output};
    norm(&m_x[std::size_t{m_batch.firstLogits} * m_config.width], wanted, normWeight, {adapted});
    const KernelClock::Measure measure(m_clock, "head", output->layout.bytes());
    const std::uint64_t panels = output->layout.panels();
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
