# SPDX-License-Identifier: Apache-2.0
"""pprof profiles taken apart as a server does that believes nothing: every id and index is checked."""
import gzip


class Malformed(Exception):
    pass


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise Malformed("a varint that does not end")


def fields(data):
    """(number, value) of a message: ints, or bytes."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
        elif wire == 2:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise Malformed("a field that is cut off")
            value, at = data[at:at + size], at + size
        else:
            raise Malformed(f"wire type {wire}")
        yield number, value


def _packed(value):
    if isinstance(value, int):
        return [value]
    ret, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        ret.append(number)
    return ret


def _struct(data, **names):
    """A message as a dict: names are field numbers; lists for those that begin with many_."""
    ret = {k.removeprefix("many_"): [] if k.startswith("many_") else 0 for k in names}
    of = {v: k for k, v in names.items()}
    for number, value in fields(data):
        name = of.get(number)
        if not name:
            continue
        if name.startswith("many_"):
            ret[name.removeprefix("many_")].append(value)
        else:
            ret[name] = value
    return ret


class Profile:
    """types: [(name, unit)]; samples: [(values, labels, [function names, innermost first])]."""

    def __init__(self, data):
        if data[:2] != b"\x1f\x8b":
            raise Malformed("no gzip")
        raw = _struct(gzip.decompress(data), many_type=1, many_sample=2, many_mapping=3, many_location=4, many_function=5,
                      many_string=6, default=14, period_type=11, period=12, time=9)
        self.strings = [s.decode("utf-8") for s in raw["string"]]
        if not self.strings or self.strings[0] != "":
            raise Malformed("the first string is not empty")
        self.types = [self._value_type(t) for t in raw["type"]]
        if not self.types or len(set(self.types)) != len(self.types):
            raise Malformed("sample types")
        self.period = self._value_type(raw["period_type"]) if raw["period_type"] else None
        mappings = self._sequential(raw["mapping"], "mapping")
        for m in mappings:
            self._string(m["file"]), self._string(m["build_id"])
        self.functions = [self._string(f["name"]) for f in self._sequential(raw["function"], "function", name=2)]
        self.locations = [self._location(d, len(mappings)) for d in
                          self._sequential(raw["location"], "location", mapping=2, many_line=4)]
        self.samples = [self._sample(s) for s in raw["sample"]]
        self.default = self._string(raw["default"])

    def _string(self, at):
        if at >= len(self.strings):
            raise Malformed(f"string {at} of {len(self.strings)}")
        return self.strings[at]

    def _value_type(self, data):
        t = _struct(data, type=1, unit=2)
        return self._string(t["type"]), self._string(t["unit"])

    @staticmethod
    def _sequential(messages, what, **names):
        names = names or {"file": 5, "build_id": 6}
        ret = [_struct(m, id=1, **names) for m in messages]
        for i, m in enumerate(ret, 1):
            if m["id"] != i:
                raise Malformed(f"{what} {i} has the id {m['id']}")
        return ret

    def _location(self, location, n_mappings):
        if location["mapping"] > n_mappings:
            raise Malformed("a mapping that is not there")
        names = []
        for line in location["line"]:
            function = _struct(line, function=1)["function"]
            if not 1 <= function <= len(self.functions):
                raise Malformed("a function that is not there")
            names.append(self.functions[function - 1])
        return names

    def _sample(self, data):
        s = _struct(data, many_location=1, many_value=2, many_label=3)
        locations = [x for part in s["location"] for x in _packed(part)]
        values = [x for part in s["value"] for x in _packed(part)]
        if len(values) != len(self.types):
            raise Malformed(f"{len(values)} values of {len(self.types)} types")
        names = []
        for x in locations:
            if not 1 <= x <= len(self.locations):
                raise Malformed("a location that is not there")
            names += self.locations[x - 1]
        labels = {}
        for label in s["label"]:
            fields_of = _struct(label, key=1, str=2)
            labels[self._string(fields_of["key"])] = self._string(fields_of["str"])
        return values, labels, names

    def sum(self, name):
        at = [t[0] for t in self.types].index(name)
        return sum(values[at] for values, _, _ in self.samples)
