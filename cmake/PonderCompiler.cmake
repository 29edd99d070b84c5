# Compiler settings shared by every target: warnings are errors, ccache and sanitizers where asked for.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Without this it does not keep what was compiled with a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# -O2 compiles a third quicker. What a token waits for has -O3 (engine/CMakeLists.txt): without the loops that it
# unrolls, prompts are read at half the speed.
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

# ponder_precompile(TARGET [HEADERS...]): headers from elsewhere that most sources of the target include, read once
# instead of by each. Half of the time that a source takes is its headers. Those of our own would have everything
# compiled again with each change. Sources still include what they use.
function(ponder_precompile target)
    target_precompile_headers(${target} PRIVATE
        <algorithm> <array> <bit> <chrono> <cmath> <cstddef> <cstdint> <cstring> <filesystem> <functional> <map> <memory>
        <numeric> <optional> <set> <span> <stop_token> <string> <string_view> <unordered_map> <utility> <variant> <vector>
        ${ARGN})
    ponder_precompiled_options(${target})
endfunction()

# For ccache, which does not keep the object otherwise.
function(ponder_precompiled_options target)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
        target_compile_options(${target} PRIVATE -fpch-preprocess)
    endif()
endfunction()

# ponder_unity(TARGET): its sources are compiled eight at a time, which read their headers once: a whole build takes
# little more than half the time. Names in unnamed namespaces are therefore unique among neighbours: two that are alike
# are mostly one helper too many. Who changes one file again and again is quicker with -DPONDER_UNITY=OFF.
option(PONDER_UNITY "Compile several sources at a time" ON)
function(ponder_unity target)
    if(PONDER_UNITY)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    endif()
endfunction()

add_library(ponder_warnings INTERFACE)
target_compile_options(ponder_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    -Wimplicit-fallthrough -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # A neighbour's alias of the same type shadows nothing.
    target_compile_options(ponder_warnings INTERFACE $<$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>:-Wno-shadow>)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 reports false positives of these in std::vector and std::string at -O2 and above.
    target_compile_options(ponder_warnings INTERFACE
        -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict -Wno-maybe-uninitialized -Wno-dangling-pointer)
endif()

if(PONDER_SANITIZE)
    add_compile_options(-fsanitize=${PONDER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${PONDER_SANITIZE})
endif()
if(PONDER_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
