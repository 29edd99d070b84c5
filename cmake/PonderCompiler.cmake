# Compiler settings shared by every target: warnings are errors, ccache and sanitizers where asked for.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(ponder_warnings INTERFACE)
target_compile_options(ponder_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    -Wimplicit-fallthrough -Wno-missing-field-initializers)
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
