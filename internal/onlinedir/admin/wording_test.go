package admin

import "testing"

func TestWording(t *testing.T) {
	for name, want := range map[string]string{
		"Anna Berg": "AB", "anna maria von Berg": "AB", "田中": "田", "<script>x": "SX", "  ": "", "Ünal (extern)": "ÜE", "O'Neil": "ON",
	} {
		if got := initials(name); got != want {
			t.Errorf("the initials of %q are %q, want %q", name, got, want)
		}
	}
	for number, want := range map[string]string{
		"+47 22 33 44 55": "+4722334455", "(022) 33-44": "0223344", "1234": "", "": "", "22334 +5": "", "javascript:alert(1)": "",
	} {
		if got := telephone(number); got != want {
			t.Errorf("%q dials %q, want %q", number, got, want)
		}
	}
	for address, want := range map[string]bool{
		"anna@corp.example": true, "a+b@corp.example": true, "a@b?bcc=c@d": false, "a@b&body=x": false, "a%0ab@c": false, "a b@c": false, "a@b\r\nBcc: c": false,
	} {
		if mailable(address) != want {
			t.Errorf("a link may lead to %q: %v, want %v", address, !want, want)
		}
	}
	for _, c := range [][3]int{{0, 100, 0}, {1, 3, 33}, {100, 100, 100}, {7, 5, 100}, {0, 0, 100}} {
		if got := share(c[0], c[1]); got != c[2] {
			t.Errorf("%d of %d is %d %%, want %d", c[0], c[1], got, c[2])
		}
	}
	for value, want := range map[string]string{
		"": "", "plain": "plain", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\r=1": "'\r=1", "\n=1": "'\n=1", "a=1": "a=1",
	} {
		if got := cell(value); got != want {
			t.Errorf("%q becomes the cell %q, want %q", value, got, want)
		}
	}
}
