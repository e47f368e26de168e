# cmake -DMANIFEST= -DLIBRARY= -DOUT= -P: writes the manifest that stands beside the library.
file(READ ${MANIFEST} text)
file(SHA256 ${LIBRARY} digest)
get_filename_component(name ${LIBRARY} NAME)
string(JSON text SET "${text}" library "\"${name}\"")
string(JSON text SET "${text}" sha256 "\"${digest}\"")
file(WRITE ${OUT} "${text}\n")
