// SPDX-License-Identifier: Apache-2.0
#include "mail/server.hpp"

#include <curl/curl.h>

namespace docket::mail {

std::string place(const Server& server) {
  return server.host + ":" + std::to_string(server.port);
}

Server server_of(const sdk::json::object& settings, std::uint16_t tls_port, std::uint16_t starttls_port) {
  Server out;
  out.host = sdk::text_of(settings, "host");
  const auto security = sdk::text_of(settings, "security", "tls");
  out.security = security == "none"       ? Security::none
                 : security == "starttls" ? Security::starttls
                                          : Security::tls;
  const auto usual = out.security == Security::tls ? tls_port : starttls_port;
  out.port = static_cast<std::uint16_t>(sdk::number_of(settings, "port", usual));
  out.user = sdk::text_of(settings, "user");
  out.password = sdk::text_of(settings, "password");
  out.oauth = sdk::text_of(settings, "auth", "password") == "oauth2";
  return out;
}

void prepare(void* curl, const Server& server, const std::string& secret) {
  static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl does not start");
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "imap,imaps,smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(server.security == Security::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (server.user.empty()) return;
  curl_easy_setopt(curl, CURLOPT_USERNAME, server.user.c_str());
  if (server.oauth) {
    curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, secret.c_str());
  } else {
    curl_easy_setopt(curl, CURLOPT_PASSWORD, secret.c_str());
  }
}

MailFault fault_of(int curl_result, const Server& server, const std::string& said, bool egress_refused) {
  using Kind = MailFault::Kind;
  const auto where = place(server);
  if (egress_refused) return {Kind::refused, said};
  switch (curl_result) {
    case CURLE_LOGIN_DENIED:
      return {Kind::login, where + " 拒绝登录用户 " + server.user +
                               "：用户名、密码或授权码不对。停止尝试，改好密码文件后执行 docket plugin test · login refused; "
                               "nothing more is tried until the password is mended"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return {Kind::refused, where + " 的证书不可信（" + said + "）：内部 CA 请加入受信证书 · its certificate is not trusted"};
    case CURLE_USE_SSL_FAILED:
      return {Kind::refused, where + " 不支持 STARTTLS：请改用 tls 端口，或明确写 security: none · it has no STARTTLS"};
    case CURLE_SSL_CONNECT_ERROR:
      return {Kind::unreachable, where + " 的 TLS 握手失败（" + said + "）：端口与 security 是否对应 · TLS failed"};
    default:
      return {Kind::unreachable, where + ": " + said};
  }
}

}  // namespace docket::mail
