package dit

import (
	"fmt"
	"strings"
)

// objectClass is one class of the schema (MS-ADTS 3.1.1.2.4).
type objectClass struct {
	name     string
	parent   *objectClass
	category string // common name of its defaultObjectCategory in the schema container
	naming   string // the attribute that names its objects
	leaf     bool   // may have no children
	secure   bool   // a security principal: has an objectSid and a sAMAccountName
	depth    int
	may      map[*AttributeType]bool
	defaults []stored // values that every object of the class shows until they are written
}

// classTable: name, parent, category, naming attribute, flags, colon, own attributes.
const classTable = `
top - Top CN : objectClass cn distinguishedName instanceType whenCreated whenChanged uSNCreated uSNChanged name objectGUID objectCategory isDeleted isRecycled lastKnownParent msDS-LastKnownRDN description displayName displayNamePrintable proxyAddresses memberOf directReports managedObjects wWWHomePage url isCriticalSystemObject showInAdvancedViewOnly adminDescription adminDisplayName systemFlags wellKnownObjects otherWellKnownObjects mS-DS-ConsistencyGuid nTSecurityDescriptor serverReferenceBL msDS-IsDomainFor
container top Container CN :
builtinDomain top Builtin-Domain CN :
lostAndFound top Lost-And-Found CN :
organizationalUnit top Organizational-Unit OU : ou l st street co c postalCode physicalDeliveryOfficeName telephoneNumber facsimileTelephoneNumber managedBy gPLink uPNSuffixes countryCode
domain top Domain DC : dc
domainDNS domain Domain-DNS DC : objectSid gPLink managedBy msDS-Behavior-Version ms-DS-MachineAccountQuota creationTime maxPwdAge minPwdAge minPwdLength pwdHistoryLength pwdProperties lockoutDuration lockoutThreshold lockOutObservationWindow nTMixedDomain
person top Person CN leaf : sn telephoneNumber userPassword
organizationalPerson person Person CN leaf : givenName initials middleName personalTitle generationQualifier title department company division o physicalDeliveryOfficeName otherTelephone mobile otherMobile homePhone otherHomePhone facsimileTelephoneNumber otherFacsimileTelephoneNumber pager otherPager ipPhone street streetAddress l st postalCode postOfficeBox co c countryCode employeeID comment mail otherMailbox manager msDS-PhoneticDisplayName thumbnailPhoto
user organizationalPerson Person CN leaf secure : objectSid sAMAccountName sAMAccountType userPrincipalName userAccountControl accountExpires pwdLastSet lockoutTime lastLogonTimestamp lastLogon lastLogoff logonCount badPwdCount badPasswordTime unicodePwd primaryGroupID adminCount codePage sIDHistory servicePrincipalName altSecurityIdentities msDS-SupportedEncryptionTypes departmentNumber roomNumber employeeNumber employeeType carLicense uid preferredLanguage info textEncodedORAddress legacyExchangeDN homeDirectory homeDrive scriptPath profilePath userWorkstations jpegPhoto userCertificate msDS-cloudExtensionAttribute1
computer user Computer CN secure : dNSHostName operatingSystem operatingSystemVersion managedBy
contact organizationalPerson Person CN leaf : info telephoneNumber textEncodedORAddress legacyExchangeDN userCertificate
group top Group CN leaf secure : objectSid sAMAccountName sAMAccountType groupType member managedBy mail adminCount info telephoneNumber textEncodedORAddress legacyExchangeDN sIDHistory altSecurityIdentities
configuration top Configuration CN :
dMD top DMD CN :
classSchema top Class-Schema CN leaf : lDAPDisplayName
attributeSchema top Attribute-Schema CN leaf : lDAPDisplayName
foreignSecurityPrincipal top Foreign-Security-Principal CN leaf : objectSid
nTDSService top NTDS-Service CN : tombstoneLifetime msDS-DeletedObjectLifetime sPNMappings
sitesContainer top Sites-Container CN :
site top Site CN :
serversContainer top Servers-Container CN :
server top Server CN : dNSHostName serverReference
nTDSDSA top NTDS-DSA CN leaf : invocationId options msDS-Behavior-Version msDS-HasDomainNCs
crossRefContainer top Cross-Ref-Container CN : uPNSuffixes msDS-Behavior-Version
crossRef top Cross-Ref CN leaf : nCName nETBIOSName dnsRoot
`

// exchangeClasses is not a list of classes but what the extension adds to those that are there.
const exchangeClasses = `
+user mailNickname targetAddress msExchHideFromAddressLists msExchRecipientDisplayType msExchRecipientTypeDetails @
+contact mailNickname targetAddress msExchHideFromAddressLists msExchRecipientDisplayType msExchRecipientTypeDetails @
+group mailNickname msExchHideFromAddressLists msExchRecipientDisplayType msExchRecipientTypeDetails @
`

// userDefaults are the values of a new account; the attributes with local state start at zero.
var userDefaults = [...][2]string{
	{"codePage", "0"},
	{"countryCode", "0"},
	{"badPwdCount", "0"},
	{"badPasswordTime", "0"},
	{"lastLogon", "0"},
	{"lastLogoff", "0"},
	{"logonCount", "0"},
}

func (s *schema) class(line string) {
	if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "+"); ok {
		s.extend(strings.Fields(rest))
		return
	}
	head, tail, _ := strings.Cut(line, ":")
	words := strings.Fields(head)
	c := &objectClass{name: words[0], category: words[2], naming: words[3], may: map[*AttributeType]bool{}}
	if p := s.classes[fold(words[1])]; p != nil {
		c.parent, c.depth, c.defaults = p, p.depth+1, p.defaults
		for a := range p.may {
			c.may[a] = true
		}
	}
	for _, flag := range words[4:] {
		c.leaf = c.leaf || flag == "leaf"
		c.secure = c.secure || flag == "secure"
	}
	for _, n := range strings.Fields(tail) {
		c.allow(s, n)
	}
	if c.name == "user" {
		for _, d := range userDefaults {
			c.defaults = append(c.defaults, stored{id: s.lookup(d[0]).id, values: NewValues(d[1])})
		}
	}
	s.classes[fold(c.name)] = c
}

func (c *objectClass) allow(s *schema, attribute string) {
	a := s.lookup(attribute)
	if a == nil {
		panic(fmt.Sprintf("class %s names the unknown attribute %s", c.name, attribute))
	}
	c.may[a] = true
}

// extend adds attributes to a class and to the classes below it; @ stands for extensionAttribute1 to 15.
func (s *schema) extend(words []string) {
	base := s.classes[fold(words[0])]
	for _, c := range s.classes {
		if !c.isA(base) {
			continue
		}
		for _, n := range words[1:] {
			if n != "@" {
				c.allow(s, n)
				continue
			}
			for i := 1; i <= 15; i++ {
				c.allow(s, fmt.Sprintf("extensionAttribute%d", i))
			}
		}
	}
}

// isA reports whether the class is other or derives from it.
func (c *objectClass) isA(other *objectClass) bool {
	for ; c != nil; c = c.parent {
		if c == other {
			return true
		}
	}
	return false
}

// chain lists the class and its ancestors, top first, as objectClass shows them.
func (c *objectClass) chain() []string {
	if c == nil {
		return nil
	}
	return append(c.parent.chain(), c.name)
}

func (c *objectClass) is(name string) bool {
	for ; c != nil; c = c.parent {
		if c.name == name {
			return true
		}
	}
	return false
}
