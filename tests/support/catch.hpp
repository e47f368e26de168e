// SPDX-License-Identifier: Apache-2.0
// The one place that includes Catch2, so that a move from 2.13 to 3 is one line.
#pragma once

#include <catch2/catch.hpp>
