#pragma once

#include <string>
#include <string_view>

namespace robustcheck::report {

/// Valid UTF-8 (bytes that are none as utf8_text() writes them) without the control characters that XML 1.0 forbids.
std::string clean(std::string_view text);
/// For text of HTML and XML, and quoted attributes of HTML.
std::string escape_xml(std::string_view text);
/// For quoted attributes of XML: line breaks and tabs are kept.
std::string escape_attribute(std::string_view text);
/// For the text of a Markdown table or list: no markup, no HTML, no line break.
std::string escape_markdown(std::string_view text);
/// One CSV field.
std::string escape_csv(std::string_view text);
std::string base64(std::string_view bytes);

}  // namespace robustcheck::report
