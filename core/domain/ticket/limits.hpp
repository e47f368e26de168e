// SPDX-License-Identifier: Apache-2.0
// How large the parts of a ticket may become, so that a ticket never grows with its history.
#pragma once

#include <cstddef>

namespace docket::domain {

inline constexpr std::size_t max_subject_characters = 500;
inline constexpr std::size_t max_message_bytes = 262'144;
inline constexpr std::size_t max_excerpt_characters = 1'000;  ///< of a message, for conditions
inline constexpr std::size_t max_attachments = 50;            ///< of one message
inline constexpr std::size_t max_tags = 50;
inline constexpr std::size_t max_tag_characters = 64;
inline constexpr std::size_t max_people = 200;  ///< watchers, and likewise people copied
inline constexpr std::size_t max_links = 200;
inline constexpr std::size_t max_visits = 16;  ///< nested; the outermost is forgotten beyond
inline constexpr std::size_t max_reason_characters = 200;
inline constexpr std::size_t max_note_characters = 2'000;  ///< of a hold
inline constexpr std::size_t max_mentions = 50;  ///< people and teams named in one message
inline constexpr std::size_t max_guests = 20;    ///< of one ticket at a time
inline constexpr std::size_t max_released = 100; ///< messages, and likewise attachments, that one guest may read
inline constexpr std::size_t max_guest_name_characters = 100;
inline constexpr std::size_t max_contact_characters = 200;
inline constexpr std::size_t max_question_characters = 4'000;
inline constexpr std::size_t max_comment_characters = 2'000;  ///< of a rating
inline constexpr int best_score = 5;
inline constexpr int max_escalation = 100;

inline constexpr std::size_t max_events = 200;  ///< of one command
inline constexpr int max_rule_depth = 8;        ///< rules that set off rules

}  // namespace docket::domain
