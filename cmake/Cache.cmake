# PCAI_CACHE_DIR: where built dependencies are kept, outside the checkout.
if(DEFINED ENV{PCAI_CACHE_DIR})
  set(PCAI_CACHE_DIR $ENV{PCAI_CACHE_DIR})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(PCAI_CACHE_DIR $ENV{XDG_CACHE_HOME}/pcai)
else()
  set(PCAI_CACHE_DIR $ENV{HOME}/.cache/pcai)
endif()
