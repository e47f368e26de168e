# docket_plugin(id SOURCES a.cpp … [MANIFEST manifest.json] [LIBRARIES …])
#   Builds <build>/lib/plugins/<id>/<id>.so and, beside it, manifest.json: the given one with abi and sha256 filled in.
#   Defines the object library docket_plugin_<id>_objects, which the plugin's tests link.
# docket_plugin_test(id SOURCES a_test.cpp … [LIBRARIES …])
#   A Catch2 test docket_test_plugin_<id> with the plugin, the test host and the emulator's frame linked in.
set(DOCKET_PLUGIN_DIRECTORY ${CMAKE_BINARY_DIR}/lib/plugins CACHE INTERNAL "Where built plugins stand, a folder each")
set(DOCKET_SDK_CMAKE ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "")
add_custom_target(plugins)

function(docket_plugin id)
  cmake_parse_arguments(PLUGIN "" "MANIFEST" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT PLUGIN_MANIFEST)
    set(PLUGIN_MANIFEST manifest.json)
  endif()
  get_filename_component(manifest ${PLUGIN_MANIFEST} ABSOLUTE)
  set(objects docket_plugin_${id}_objects)
  add_library(${objects} OBJECT ${PLUGIN_SOURCES})
  target_include_directories(${objects} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${objects} PUBLIC docket_sdk ${PLUGIN_LIBRARIES})
  set_target_properties(${objects} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)

  set(module docket_plugin_${id})
  add_library(${module} MODULE $<TARGET_OBJECTS:${objects}>)
  target_link_libraries(${module} PRIVATE docket_sdk ${PLUGIN_LIBRARIES})
  set_target_properties(${module} PROPERTIES PREFIX "" OUTPUT_NAME ${id} LINKER_LANGUAGE CXX
    LIBRARY_OUTPUT_DIRECTORY ${DOCKET_PLUGIN_DIRECTORY}/${id})
  # Nothing but the entry is visible, and nothing of the static libraries; undefined symbols are an error but for the
  # sanitizers', which the process that loads brings.
  target_link_options(${module} PRIVATE -Wl,--exclude-libs,ALL)
  if(NOT DOCKET_SANITIZE)
    target_link_options(${module} PRIVATE -Wl,--no-undefined)
  endif()
  set(made ${DOCKET_PLUGIN_DIRECTORY}/${id}/manifest.json)
  add_custom_command(OUTPUT ${made}
    COMMAND ${CMAKE_COMMAND} -DMANIFEST=${manifest} -DLIBRARY=$<TARGET_FILE:${module}> -DOUT=${made}
            -P ${DOCKET_SDK_CMAKE}/write_manifest.cmake
    DEPENDS ${module} ${manifest} ${DOCKET_SDK_CMAKE}/write_manifest.cmake VERBATIM)
  add_custom_target(docket_plugin_${id}_manifest ALL DEPENDS ${made})
  add_dependencies(plugins docket_plugin_${id}_manifest)
endfunction()

function(docket_plugin_test id)
  if(NOT DOCKET_TESTS)
    return()
  endif()
  cmake_parse_arguments(TEST "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_test(NAME plugins.conformance_${id} COMMAND docket_plugin_conformance ${DOCKET_PLUGIN_DIRECTORY}/${id})
  set_tests_properties(plugins.conformance_${id} PROPERTIES LABELS integration TIMEOUT 60)
  docket_test(plugin_${id} LABEL unit SOURCES ${TEST_SOURCES} LIBRARIES docket_plugin_${id}_objects docket_sdk_test ${TEST_LIBRARIES})
endfunction()
