package ldapsource

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"syncd/internal/directory"
)

// benchmarkWanted is what the built-in mapping asks for of most people.
func benchmarkWanted() spelling {
	return newSpelling([]string{
		"accountExpires", "c", "cn", "company", "department", "displayName", "employeeID", "givenName", "isCriticalSystemObject", "l", "mail",
		"mailNickname", "mobile", "name", "physicalDeliveryOfficeName", "postalCode", "proxyAddresses", "sAMAccountName", "sn", "st",
		"streetAddress", "telephoneNumber", "title", "userAccountControl", "userPrincipalName",
	})
}

// crowdOf is the bytes of the entries of n people as a domain controller sends them.
func crowdOf(n int) []byte {
	var stream []byte
	for i := range n {
		id := directory.Anchor{byte(i), byte(i >> 8), 7, 9}
		boss := directory.Anchor{byte(i / 8), 1, 7, 9}
		login := fmt.Sprintf("ann.example%d", i)
		a := answer{dn: "<GUID=" + id.GUID() + ">;<SID=S-1-5-21-1-2-3-1104>;CN=Ann Example,OU=Sales,OU=Staff,DC=corp,DC=example"}
		a.attributes = []attribute{
			{"objectClass", []string{"top", "person", "organizationalPerson", "user"}},
			{"cn", []string{"Ann Example"}},
			{"sn", []string{"Example"}},
			{"c", []string{"DE"}},
			{"l", []string{"Munich"}},
			{"st", []string{"Bavaria"}},
			{"title", []string{"Account Manager"}},
			{"postalCode", []string{"80331"}},
			{"physicalDeliveryOfficeName", []string{"B 2.17"}},
			{"telephoneNumber", []string{"+49 89 1234567"}},
			{"givenName", []string{"Ann"}},
			{"displayName", []string{"Ann Example"}},
			{"uSNChanged", []string{"1234567"}},
			{"department", []string{"Sales"}},
			{"company", []string{"Example Works"}},
			{"proxyAddresses", []string{"SMTP:" + login + "@corp.example", "smtp:" + login + "@old.example"}},
			{"streetAddress", []string{"Marienplatz 1"}},
			{"mailNickname", []string{login}},
			{"name", []string{"Ann Example"}},
			{"objectGUID", []string{string(id[:])}},
			{"whenChanged", []string{"20261122111022.0Z"}},
			{"userAccountControl", []string{"512"}},
			{"employeeID", []string{"100234"}},
			{"primaryGroupID", []string{"513"}},
			{"accountExpires", []string{"9223372036854775807"}},
			{"sAMAccountName", []string{login}},
			{"sAMAccountType", []string{normalUser}},
			{"userPrincipalName", []string{login + "@corp.example"}},
			{"mail", []string{login + "@corp.example"}},
			{"manager", []string{"<GUID=" + boss.GUID() + ">;<SID=S-1-5-21-1-2-3-1105>;CN=Bob Boss,OU=Sales,OU=Staff,DC=corp,DC=example"}},
			{"mobile", []string{"+49 170 1234567"}},
		}
		stream = append(stream, envelope(int64(7), encoded(a), nil).Bytes()...)
	}
	return stream
}

// One operation is one person: from the bytes of the connection to the object.
func BenchmarkDecode(b *testing.B) {
	stream := crowdOf(1000)
	r := &parser{wanted: benchmarkWanted(), domain: "DC=corp,DC=example"}
	b.ReportAllocs()
	b.SetBytes(int64(len(stream) / 1000))
	b.ResetTimer()
	p := new(entry)
	for n := 0; n < b.N; n += 1000 {
		f := newFrames(reader{Reader: bytes.NewReader(stream)}, maxMessage)
		f.deliver(func(a *answer) error {
			p.blank()
			if r.fill(p, a); p.object.Kind != directory.User {
				b.Error(p.object)
			}
			return nil
		})
		if _, err := io.ReadAll(f); err != nil {
			b.Fatal(err)
		}
	}
}
