# shellcheck shell=bash
# bash completion of ponder-cli
_ponder_cli() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]:-}
    local device='--device --context --kv --precision --gpu-layers --threads --adapter' sampling='--temperature --top-k --top-p --min-p --repetition-penalty
        --frequency-penalty --seed' options='--json --help'
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'devices info fit tokenize render logits perplexity complete chat bench quantize convert merge download
            models --help --version' -- "$word")
        return
    fi
    case $previous in
        --device)
            local ids
            ids=$(ponder-cli devices 2>/dev/null | awk '/^[a-z]/ { print $1 }')
            mapfile -t COMPREPLY < <(compgen -W "auto $ids" -- "$word")
            return
            ;;
        --kv)
            mapfile -t COMPREPLY < <(compgen -W 'f16 f32 q8_0' -- "$word")
            return
            ;;
        --precision)
            mapfile -t COMPREPLY < <(compgen -W 'fast float' -- "$word")
            return
            ;;
        --gpu-layers)
            mapfile -t COMPREPLY < <(compgen -W 'auto' -- "$word")
            return
            ;;
        --type)
            mapfile -t COMPREPLY < <(compgen -W 'Q2_K Q3_K_M IQ4_XS IQ4_NL Q4_0 Q4_K_M Q5_0 Q5_K_M Q6_K Q8_0 F16 MXFP4_MOE' -- "$word")
            return
            ;;
        --*-file | --out | --draft | --adapter)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
    esac
    if [ "$command" = models ] && [ "$COMP_CWORD" -eq 2 ] && [[ $word != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'list add found rename locate remove' -- "$word")
        return
    fi
    if [[ $word != -* ]]; then
        mapfile -t COMPREPLY < <(
            compgen -d -S / -- "$word"
            compgen -f -X '!*.gguf' -- "$word"
        )
        compopt -o nospace
        return
    fi
    case $command in
        devices) options+=' --tune' ;;
        info) options+=" $device" ;;
        fit) options+=" --device --gpu --gpus --vendor --context --kv" ;;
        tokenize) options+=' --text-file --special' ;;
        render) options+=' --template-file --messages-file --no-generation-prompt --no-thinking --bos-token --eos-token' ;;
        logits) options+=" --ids --out $device" ;;
        perplexity) options+=" --text-file --tokens --per-token $device" ;;
        complete) options+=" --prompt-file --ids --special --ignore-eos --sequences --lookup --draft -n $sampling $device" ;;
        chat) options+=" --message --instruction --no-thinking --temperature --top-p --max-tokens --seed --lookup --draft $device" ;;
        convert) options+=' --type' ;;
        quantize) options+=' --allow-requantize --threads' ;;
        models) options+=' --copy --delete' ;;
        merge) options+=' --type' ;;
        download) options+=' --list --to --endpoint --proxy' ;;
        bench) options+=" -p -n -r $device" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
}
complete -F _ponder_cli ponder-cli
