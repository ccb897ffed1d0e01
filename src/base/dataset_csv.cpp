#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "dataset_listing.h"
#include "robustcheck/base/csv.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/picture_format.h"
#include "robustcheck/base/text.h"

namespace robustcheck {
namespace fs = std::filesystem;
namespace {

const std::vector<std::string> kPathColumns = {"path",       "file",       "filename",   "file_name",
                                               "filepath",   "file_path",  "image_path", "image",
                                               "image_name", "image_file", "img_path",   "img"};
const std::vector<std::string> kLabelColumns = {"label",    "class",  "class_name", "label_name",
                                                "category", "target", "y"};
constexpr std::size_t kNone = SIZE_MAX;

/// Where in a row the picture and its label stand.
struct Columns {
  std::size_t path = 0, label = 1, count = 2;
  bool header = false;
};

/// A picture that a row names.
struct Row {
  std::string name;   ///< bytes, as in the list
  std::string label;  ///< text; unused without a label column
  std::string place;
  std::size_t line = 0;
};

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin));
}

std::string column_name(std::string_view field) {
  std::string name = trimmed(field);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

/// Position of the first of `names` that heads a column.
std::size_t column(const std::vector<std::string>& fields, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (column_name(fields[i]) == name) return i;
  return kNone;
}

std::string place_of(const fs::path& csv, std::size_t line) { return path_text(csv) + ":" + std::to_string(line); }

std::string known_columns() {
  return "the first row may name the columns: " + join(kPathColumns, " | ") + ", and " + join(kLabelColumns, " | ");
}

std::string text_of(const fs::path& csv) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::error_code error;
  if (!fs::is_regular_file(csv, error)) refuse_dataset(path_text(csv), "is no regular file");
  std::string text = read_file(csv);
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    refuse_dataset(path_text(csv), "is UTF-16; save it as UTF-8");
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

/// Fields of the first line; none where a quoted line break makes that no whole row.
std::vector<std::string> first_fields(std::string_view text, char separator) {
  try {
    const std::vector<CsvRow> rows = parse_csv(text.substr(0, text.find_first_of("\r\n")), separator, "");
    return rows.empty() ? std::vector<std::string>{} : rows.front().fields;
  } catch (const Error&) {
    return {};
  }
}

/// The first that gives a known header, else the first that gives two fields in the first row, else the comma.
char separator_of(std::string_view text) {
  constexpr std::string_view kSeparators = ",;\t|";
  std::string splitting;
  for (const char separator : kSeparators) {
    const std::vector<std::string> fields = first_fields(text, separator);
    if (fields.size() < 2) continue;
    if (column(fields, kPathColumns) != kNone) return separator;
    splitting += separator;
  }
  return splitting.empty() ? kSeparators.front() : splitting.front();
}

Columns columns_of(const CsvRow& first, const fs::path& csv) {
  const std::vector<std::string>& fields = first.fields;
  const std::string place = place_of(csv, first.line);
  const std::size_t path = column(fields, kPathColumns), label = column(fields, kLabelColumns);
  if (path == kNone && fields.size() == 2) return {};
  if (path == kNone)
    refuse_dataset(place, "'" + as_text(join(fields, ",")) + "' is no line path,label; " + known_columns());
  if (label == kNone && fields.size() > 1)
    refuse_dataset(
        place, "no column '" + as_text(join(fields, "', '")) + "' is known as that of the labels; " + known_columns());
  return {path, label, fields.size(), true};
}

std::vector<Row> rows_of(const std::vector<CsvRow>& records, const Columns& columns, const fs::path& csv) {
  std::vector<Row> rows;
  for (const CsvRow& record : records) {
    if (columns.header && &record == &records.front()) continue;
    const std::string place = place_of(csv, record.line);
    if (record.fields.size() != columns.count)
      refuse_dataset(place, "'" + as_text(join(record.fields, ",")) + "' is no line path,label: " +
                                std::to_string(record.fields.size()) + " fields in place of " +
                                std::to_string(columns.count) + "; a field with the separator in it stands in quotes");
    const std::string label = columns.label == kNone ? "" : trimmed(record.fields[columns.label]);
    if (record.fields[columns.path].empty()) refuse_dataset(place, "names no picture");
    if (columns.label != kNone && label.empty()) refuse_dataset(place, "has no label");
    rows.push_back({record.fields[columns.path], as_text(label), place, record.line});
  }
  return rows;
}

std::optional<int> index_in(const std::string& text) {
  int index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(index) : std::nullopt;
}

/// Names of the classes that the labels are; none where all of them are indices.
std::vector<std::string> classes_in(const std::vector<Row>& rows) {
  const auto is_index = [](const Row& row) { return index_in(row.label).has_value(); };
  if (std::all_of(rows.begin(), rows.end(), is_index)) return {};
  std::set<std::string> names;
  for (const Row& row : rows) names.insert(row.label);
  return {names.begin(), names.end()};
}

Label label_of(const Row& row, const std::vector<std::string>& classes) {
  const std::optional<int> index = index_in(row.label);
  if (!index || std::find(classes.begin(), classes.end(), row.label) != classes.end())
    return class_index(row.label, classes, row.place);
  if (*index < 0 || (!classes.empty() && *index >= static_cast<int>(classes.size())))
    refuse_dataset(row.place, "label " + row.label + " is outside [0, " +
                                  (classes.empty() ? "..." : std::to_string(classes.size() - 1)) + "]");
  return *index;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// The file that a name means: as it is, with the escapes of as_text() undone, or with slashes for backslashes.
fs::path file_of(const std::string& name, const fs::path& folder) {
  const fs::path path = (folder / name).lexically_normal();
  if (is_there(path)) return path;
  std::string slashes = name;
  std::replace(slashes.begin(), slashes.end(), '\\', '/');
  for (const std::string& other : {from_text(name), slashes})
    if (const fs::path candidate = (folder / other).lexically_normal(); is_there(candidate)) return candidate;
  return path;
}

/// Pictures that are there once; what is not there, or damaged, is left for decoding to say.
class ListFiler {
 public:
  ListFiler(const fs::path& folder, Listing& listing) : folder_(folder), listing_(listing) {}

  void add(const Row& row, std::optional<Label> label) {
    const fs::path path = file_of(row.name, folder_);
    const std::string name = as_text(row.name);
    const auto [before, is_new] = seen_.try_emplace(path.native(), Seen{label, row.line});
    if (!is_new && before->second.label != label)
      refuse_dataset(row.place, name + " has label '" + row.label + "' here and another one in line " +
                                    std::to_string(before->second.line));
    if (!is_new) return listing_.skip("repeated", name);
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::exists(status) && fs::is_other(status)) return listing_.skip("no_file", name);
    if (fs::is_regular_file(status) && kind_of_file(path) == FileKind::not_read)
      return listing_.skip("format_not_read", name);
    listing_.images.push_back({path, name, "", label});
  }

 private:
  struct Seen {
    std::optional<Label> label;
    std::size_t line;
  };
  fs::path folder_;
  Listing& listing_;
  std::map<std::string, Seen> seen_;
};

/// A header that is not known as one looks like a picture that is not there.
void check_first(const std::vector<Row>& rows, const Columns& columns, const fs::path& folder) {
  if (columns.header || rows.size() < 2) return;
  if (!is_there(file_of(rows[0].name, folder)) && is_there(file_of(rows[1].name, folder)))
    refuse_dataset(rows[0].place, "'" + as_text(rows[0].name) + "' is no file; " + known_columns());
}

}  // namespace

Listing list_csv(const fs::path& csv, const std::vector<std::string>& classes) {
  const std::string text = text_of(csv);
  const std::vector<CsvRow> records = parse_csv(text, separator_of(text), path_text(csv));
  Listing listing;
  if (records.empty()) return listing;
  const Columns columns = columns_of(records.front(), csv);
  const std::vector<Row> rows = rows_of(records, columns, csv);
  check_first(rows, columns, csv.parent_path());
  if (columns.label != kNone) listing.classes = classes.empty() ? classes_in(rows) : classes;
  ListFiler filer(csv.parent_path(), listing);
  for (const Row& row : rows)
    filer.add(row, columns.label == kNone ? std::nullopt : std::optional(label_of(row, listing.classes)));
  return listing;
}

}  // namespace robustcheck
