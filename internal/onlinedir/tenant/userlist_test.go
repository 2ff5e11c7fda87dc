package tenant

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"syncd/internal/directory"
)

func TestCSV(t *testing.T) {
	names := []string{"ann@corp.example", "ben@corp.example"}
	utf16le := func(s string) string {
		out := "\xff\xfe"
		for _, r := range s {
			out += string([]byte{byte(r), byte(r >> 8)})
		}
		return out
	}
	for what, text := range map[string]string{
		"plain":              "ann@corp.example\nben@corp.example\n",
		"with a heading":     "userName\nann@corp.example\nben@corp.example",
		"as Excel writes it": "\ufeffName;UserName;Department\r\n\"Ann; Lee\";ann@corp.example;Sales\r\nBen;ben@corp.example\r\n;;\r\n",
		"commas and quotes":  "User Name,Name\n\"ann@corp.example\", \"Lee, Ann\"\n  ben@corp.example  ,Ben\n",
		"tabs, UTF-16":       utf16le("Name\tuser-name\r\nÄnn\tann@corp.example\r\nBen\tben@corp.example\r\n"),
		"empty rows":         "\n\nuserName\n\nann@corp.example\n\n\nben@corp.example\n\n",
	} {
		got, err := ParseCSV(strings.NewReader(text))
		if err != nil || !slices.Equal(got.Names, names) || got.Repeated != 0 {
			t.Errorf("%s: %+v %v", what, got, err)
		}
	}
	twice, err := ParseCSV(strings.NewReader("userName\nann@corp.example\n ANN@corp.example\nben@corp.example\nann@corp.example\n"))
	if err != nil || !slices.Equal(twice.Names, names) || twice.Repeated != 2 {
		t.Errorf("named twice: %+v %v", twice, err)
	}
	for cause, text := range map[string]string{
		"has no user names":                          "userName\n\n",
		"has no user names ":                         "",
		"calls none of them userName":                "Name,Mail\nAnn,a@x\n",
		"line 3: no user name; line 5: no user name": "Name,userName\nAnn,ann\nBen,\nCid,cid\nDan\n",
		"line 2: not UTF-8":                          "userName\nM\xfcller\n",
		"line 2: no user name, but something else":   "userName\n\"a\nb\"\n",
		"line 2: bare \" in non-quoted-field":        "userName\na\"b\nc\n",
		"more than 10000 people are selected":        manyNames(MostSelected + 1),
		"is larger than 8 MiB":                       strings.Repeat("x", LargestCSV+1),
		"line 11: no user name":                      "userName,x\n" + strings.Repeat(",x\n", 20),
	} {
		_, err := ParseCSV(strings.NewReader(text))
		wantFault(t, err, directory.Usage, strings.TrimSpace(cause))
		if err != nil && strings.Contains(err.Error(), "line 12") {
			t.Error("too many lines are named:", err)
		}
	}
}

func manyNames(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintln(&text, "user", i)
	}
	return text.String()
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("userName;x\na;b\n"))
	f.Add([]byte("\xff\xfea\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := ParseCSV(strings.NewReader(string(data)))
		if err == nil && len(list.Names) == 0 || len(list.Names) > MostSelected {
			t.Error(len(list.Names), err)
		}
		for _, name := range list.Names {
			if name != strings.TrimSpace(name) || name == "" || strings.ContainsAny(name, "\n\x00") {
				t.Errorf("%q", name)
			}
		}
	})
}
