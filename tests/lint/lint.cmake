# `ninja lint`: clang-tidy looks at each file that was compiled, and again at those that
# were compiled anew since, as happens to all that include a header that has changed.
find_program(CLANG_TIDY clang-tidy-14)

# The targets below a folder, with those of the folders in it.
function(targets_below folder result)
    get_property(found DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
    foreach(inner ${folders})
        targets_below(${inner} more)
        list(APPEND found ${more})
    endforeach()
    set(${result} ${found} PARENT_SCOPE)
endfunction()

# One rule per source; `stamps` is a list of what they make.
function(lint_target target)
    get_target_property(type ${target} TYPE)
    if(NOT type MATCHES "^(EXECUTABLE|STATIC_LIBRARY)$")
        return()
    endif()
    get_target_property(folder ${target} SOURCE_DIR)
    get_target_property(objects ${target} BINARY_DIR)
    get_target_property(sources ${target} SOURCES)
    foreach(source ${sources})
        get_filename_component(file ${source} ABSOLUTE BASE_DIR ${folder})
        file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${file})
        file(RELATIVE_PATH inside ${folder} ${file})
        set(stamp ${PROJECT_BINARY_DIR}/lint/${name}.clean)
        # What is generated is nobody's style, and a file of two targets is looked at once.
        string(FIND ${file} ${PROJECT_BINARY_DIR} made)
        get_property(known GLOBAL PROPERTY lint_stamps)
        if(made EQUAL 0 OR stamp IN_LIST known)
            continue()
        endif()
        set_property(GLOBAL APPEND PROPERTY lint_stamps ${stamp})
        string(REPLACE "../" "__/" inside ${inside})
        add_custom_command(OUTPUT ${stamp}
            COMMAND sh ${PROJECT_SOURCE_DIR}/tests/lint/lint.sh ${stamp}
                ${CLANG_TIDY} -p ${PROJECT_BINARY_DIR} --quiet ${file}
            DEPENDS ${objects}/CMakeFiles/${target}.dir/${inside}.o
                ${CLANG_TIDY} ${PROJECT_SOURCE_DIR}/tests/lint/lint.sh
                ${PROJECT_SOURCE_DIR}/.clang-tidy ${PROJECT_SOURCE_DIR}/tests/.clang-tidy
            VERBATIM)
    endforeach()
endfunction()

if(CLANG_TIDY)
    targets_below(${PROJECT_SOURCE_DIR} all)
    foreach(target ${all})
        lint_target(${target})
    endforeach()
    get_property(stamps GLOBAL PROPERTY lint_stamps)
    add_custom_target(lint DEPENDS ${stamps})
endif()
