// SPDX-License-Identifier: Apache-2.0
// A C++ file that keeps a compiler's allocator busy: compilers are measured on it.
#include <map>
#include <regex>
#include <string>
#include <vector>

std::vector<std::string> words(const std::string &text)
{
    static const std::regex word("([a-z]+)|([0-9]+(\\.[0-9]*)?)|(\"(\\\\.|[^\"])*\")");
    std::map<std::string, int> seen;
    std::vector<std::string> ret;

    for (std::sregex_iterator i(text.begin(), text.end(), word), end; i != end; ++i)
        if (seen[i->str()]++ == 0)
            ret.push_back(i->str());
    return ret;
}
