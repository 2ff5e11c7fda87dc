package mapping

import (
	"fmt"
	"slices"
	"strings"
)

// knownAttributes are the attributes of users, contacts and groups in Active Directory's schema (MS-ADSC, MS-ADA1 to MS-ADA3) and
// in Exchange's that hold text, numbers, times or truth: what a rule can write as a name of its own. A misspelt name
// is then a mistake that is found at the start, not an attribute that is empty everywhere.
const knownAttributes = `
accountExpires adminCount adminDescription adminDisplayName altRecipient autoReply badPasswordTime badPwdCount businessCategory
c carLicense cn co codePage comment company countryCode deliverAndRedirect department departmentNumber description
desktopProfile destinationIndicator displayName displayNamePrintable distinguishedName division employeeID employeeNumber employeeType
expirationTime facsimileTelephoneNumber gecos generationQualifier gidNumber givenName groupType homeDirectory homeDrive homeMDB homePhone
homePostalAddress houseIdentifier importedFrom info initials instanceType internationalISDNNumber ipPhone isCriticalSystemObject l
labeledURI lastLogoff lastLogon lastLogonTimestamp legacyExchangeDN localeID lockoutTime loginShell logonCount mail mailNickname
memberUid middleName mobile msExchAssistantName msExchExtensionCustomAttribute1 msExchExtensionCustomAttribute2
msExchExtensionCustomAttribute3 msExchExtensionCustomAttribute4 msExchExtensionCustomAttribute5 msExchHideFromAddressLists
msExchHomeServerName msExchHouseIdentifier msExchRecipientDisplayType msExchRecipientTypeDetails msExchRemoteRecipientType
msExchRequireAuthToSendTo msExchUsageLocation msSFU30Name msSFU30NisDomain name networkAddress notes o otherFacsimileTelephoneNumber
otherHomePhone otherIpPhone otherLoginWorkstations otherMailbox otherMobile otherPager otherTelephone ou pager personalTitle
physicalDeliveryOfficeName postalAddress postalCode postOfficeBox preferredDeliveryMethod preferredLanguage primaryGroupID
primaryInternationalISDNNumber primaryTelexNumber profilePath proxyAddresses pwdLastSet roomNumber sAMAccountName
sAMAccountType scriptPath serialNumber servicePrincipalName shadowExpire shadowMax showInAdvancedViewOnly sn st street
streetAddress targetAddress telephoneAssistant telephoneNumber textEncodedORAddress thumbnailPhoto title uid uidNumber unixHomeDirectory url
userAccountControl userPrincipalName userSharedFolder userWorkstations whenCreated wWWHomePage x121Address
extensionAttribute1 extensionAttribute2 extensionAttribute3 extensionAttribute4 extensionAttribute5 extensionAttribute6
extensionAttribute7 extensionAttribute8 extensionAttribute9 extensionAttribute10 extensionAttribute11 extensionAttribute12
extensionAttribute13 extensionAttribute14 extensionAttribute15`

// The reasons why an attribute is not for rules.
const (
	isSecret   = "is a secret, and no secret leaves Active Directory"
	isBackLink = "changes without the object, so no delta would notice"
	isComputed = "is computed when it is asked for, so no delta would notice"
	isBinary   = "is binary, not text"
)

// withheld says why an attribute (by its name in lower case) is not for rules, or returns "".
func withheld(name string) string {
	switch name {
	case "unicodepwd", "userpassword", "unixuserpassword", "dbcspwd", "ntpwdhistory", "lmpwdhistory", "supplementalcredentials",
		"ms-mcs-admpwd", "userpkcs12", "msds-managedpassword", "mspkiaccountcredentials", "mspkidpapimasterkeys",
		"msds-keycredentiallink", "orclcommonattribute", "sambantpassword", "sambalmpassword":
		return isSecret
	case "memberof", "member", "directreports", "managedobjects", "manager", "managedby", "assistant", "secretary", "seealso":
		return isBackLink
	case "canonicalname", "createtimestamp", "modifytimestamp", "tokengroups", "tokengroupsglobalanduniversal", "primarygrouptoken",
		"msds-user-account-control-computed", "msds-userpasswordexpirytimecomputed", "msds-principalname", "structuralobjectclass",
		"allowedattributes", "parentguid":
		return isComputed
	case "objectguid", "objectsid", "sidhistory", "ms-ds-consistencyguid", "logonhours", "usercertificate", "usersmimecertificate",
		"ntsecuritydescriptor", "jpegphoto", "thumbnaillogo", "audio":
		return isBinary
	}
	if strings.HasPrefix(name, "mslaps-") || strings.HasPrefix(name, "msfve-") {
		return isSecret
	}
	return ""
}

// vocabulary spells attributes: whatever the case in which rules name them, they are asked for and found in one spelling.
type vocabulary map[string]string // by name in lower case

func newVocabulary() vocabulary {
	v := vocabulary{}
	for name := range strings.FieldsSeq(knownAttributes) {
		v[strings.ToLower(name)] = name
	}
	return v
}

// known is the spelling of an attribute that a rule names as it is.
func (v vocabulary) known(name string) (spelling, problem, remedy string) {
	low := strings.ToLower(name)
	if why := withheld(low); why != "" {
		return "", name + " " + why, "take it out of the rule"
	}
	if spelling, ok := v[low]; ok {
		return spelling, "", ""
	}
	remedy = fmt.Sprintf("write attr(%q) if it is an attribute of your own schema, and %q if it is text", name, name)
	if near := closest(name, v.names()); near != "" {
		remedy = "did you mean " + near + "? Else " + remedy
	}
	return "", name + " is no attribute of Active Directory that is known here", remedy
}

// asked is the spelling of an attribute that a rule names through attr or values: any that can be one (RFC 4512 §2.5).
func (v vocabulary) asked(name string) (spelling, problem, remedy string) {
	low := strings.ToLower(name)
	if why := withheld(low); why != "" {
		return "", name + " " + why, "take it out of the rule"
	}
	if !isAttributeName(low) {
		return "", fmt.Sprintf("%q cannot be the name of an attribute", name), "write letters, digits and hyphens, a letter first"
	}
	if _, ok := v[low]; !ok {
		v[low] = name
	}
	return v[low], "", ""
}

func isAttributeName(low string) bool {
	for i, r := range low {
		letter := r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return low != ""
}

func (v vocabulary) names() []string {
	names := make([]string, 0, len(v))
	for _, name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
