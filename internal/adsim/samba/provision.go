package samba

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"text/template"
	"unicode/utf16"

	"syncd/internal/directory"
)

// configuration keeps every path below the domain's folder. It is written before the provisioning, which otherwise starts
// from whatever /etc/samba/smb.conf says.
var configuration = template.Must(template.New("smb.conf").Parse(`[global]
	netbios name = {{.Host}}
	workgroup = {{.Domain}}
	realm = {{.Realm}}
	server role = active directory domain controller
	server services = ldap, cldap, kdc
	interfaces = {{.Address}}/8
	bind interfaces only = yes
	private dir = {{.Dir}}/private
	state directory = {{.Dir}}/state
	cache directory = {{.Dir}}/cache
	lock directory = {{.Dir}}/lock
	binddns dir = {{.Dir}}/dns
	pid directory = {{.Dir}}/run
	ncalrpc dir = {{.Dir}}/run/ncalrpc
	log file = {{.Dir}}/log.%m
	tls cafile = {{.Dir}}/ca.pem
	tls certfile = {{.Dir}}/dc.pem
	tls keyfile = {{.Dir}}/dc.key
[sysvol]
	path = {{.Dir}}/state/sysvol
	read only = no
[netlogon]
	path = {{.Dir}}/state/sysvol/scripts
	read only = no
`))

func (d *Domain) provision(ctx context.Context) error {
	l := d.layout
	var text bytes.Buffer
	values := map[string]string{"Host": strings.ToUpper(hostName), "Domain": l.domain, "Realm": l.realm, "Address": l.address, "Dir": l.dir}
	if err := configuration.Execute(&text, values); err != nil {
		return err
	}
	if err := os.WriteFile(l.file("smb.conf"), text.Bytes(), 0o600); err != nil {
		return err
	}
	// Without --adminpass the tool invents one; ours follows in addAccounts, so that none is ever in the process list.
	_, err := l.run(ctx, "", "samba-tool", "domain", "provision", "--configfile="+l.file("smb.conf"), "--quiet",
		"--realm="+l.realm, "--domain="+l.domain, "--server-role=dc", "--dns-backend=SAMBA_INTERNAL",
		"--host-name="+hostName, "--host-ip="+l.address)
	return err
}

// addAccounts gives the administrator its password and creates the service account, which as yet may do what every
// account may.
func (d *Domain) addAccounts(ctx context.Context) error {
	err := d.layout.modify(ctx, fmt.Sprintf(`dn: %s
changetype: modify
replace: unicodePwd
unicodePwd:: %s
-

dn: %s
changetype: add
objectClass: user
sAMAccountName: %s
userPrincipalName: %s
description: Reads the directory for syncd
userAccountControl: 66048
unicodePwd:: %s
`, d.AdminDN, unicodePassword(d.AdminPassword), d.ServiceDN, serviceName, d.ServiceUser, unicodePassword(d.ServicePassword)))
	if err != nil {
		return err
	}
	d.serviceSID, err = d.layout.attribute(ctx, d.ServiceDN, "objectSid")
	return err
}

// unicodePassword is a value of unicodePwd in LDIF: quoted, in UTF-16, in Base64 (MS-ADTS 3.1.1.3.1.5.1).
func unicodePassword(p directory.Secret) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(`"` + p.Reveal() + `"`)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return base64.StdEncoding.EncodeToString(b)
}

func (d *Domain) load(ctx context.Context, ldif string) error {
	if strings.TrimSpace(ldif) == "" {
		return nil
	}
	return d.layout.add(ctx, ldif)
}
