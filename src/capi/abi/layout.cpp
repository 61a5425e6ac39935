#include "capi/abi/layout.h"
