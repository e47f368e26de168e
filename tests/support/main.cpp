// SPDX-License-Identifier: Apache-2.0
// The main function of every test binary, compiled once.
#define CATCH_CONFIG_MAIN
#include "support/catch.hpp"
