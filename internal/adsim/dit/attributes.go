package dit

// attributeTable lists the attributes of the base schema that this directory knows: name, syntax, flags. The facts are those of
// MS-ADA1 to MS-ADA3.
const attributeTable = `
objectClass class system
cn text single
ou text
dc text single
distinguishedName dn single system
instanceType integer single system
whenCreated time single system
whenChanged time single system local
uSNCreated integer single system local
uSNChanged integer single system local
name text single system
objectGUID guid single system
objectSid sid single system
objectCategory dn single
isDeleted boolean single system
isRecycled boolean single system
lastKnownParent dn single system
msDS-LastKnownRDN text single system
parentGUID guid single system asked
canonicalName text system asked
createTimeStamp time single system asked
modifyTimeStamp time single system asked
structuralObjectClass class system asked
tokenGroups sid system asked
primaryGroupToken integer single system asked
msDS-User-Account-Control-Computed integer single system asked

member dn link=memberOf
memberOf dn system
manager dn single link=directReports
directReports dn system
managedBy dn single link=managedObjects
managedObjects dn system
msDS-HasDomainNCs dn link=msDS-IsDomainFor
msDS-IsDomainFor dn system
serverReference dn single link=serverReferenceBL
serverReferenceBL dn system

sAMAccountName text single
sAMAccountType integer single shared
userPrincipalName text single
userAccountControl integer single shared
accountExpires integer single shared
pwdLastSet integer single
lockoutTime integer single
lastLogonTimestamp integer single
lastLogon integer single local
lastLogoff integer single local
logonCount integer single local
badPwdCount integer single local
badPasswordTime integer single local
unicodePwd octets single hidden
primaryGroupID integer single shared
adminCount integer single shared
codePage integer single shared
countryCode integer single shared
groupType integer single shared
sIDHistory sid
servicePrincipalName text
altSecurityIdentities text
msDS-SupportedEncryptionTypes integer single shared
nTSecurityDescriptor octets single hidden

givenName text single shared
sn text single shared
initials text single
middleName text single
displayName text single
displayNamePrintable text single
personalTitle text single shared
generationQualifier text single shared
description text shared
title text single shared
department text single shared
departmentNumber text shared
company text single shared
division text single shared
o text shared
physicalDeliveryOfficeName text single shared
roomNumber text
telephoneNumber text single
otherTelephone text
mobile text single
otherMobile text
homePhone text single
otherHomePhone text
facsimileTelephoneNumber text single
otherFacsimileTelephoneNumber text
pager text single
otherPager text
ipPhone text single
street text single shared
streetAddress text single shared
l text single shared
st text single shared
postalCode text single shared
postOfficeBox text shared
co text single shared
c text single shared
employeeID text single
employeeNumber text single
employeeType text single shared
carLicense text
uid text
preferredLanguage text single shared
comment text single
info text single
mail text single
otherMailbox text
proxyAddresses text
textEncodedORAddress text single
legacyExchangeDN text single
wWWHomePage text single
url text
homeDirectory text single
homeDrive text single shared
scriptPath text single shared
profilePath text single
userWorkstations text single
thumbnailPhoto octets single
jpegPhoto octets
userCertificate octets
mS-DS-ConsistencyGuid octets single
msDS-PhoneticDisplayName text single
msDS-cloudExtensionAttribute1 text single

isCriticalSystemObject boolean single shared
showInAdvancedViewOnly boolean single shared
adminDescription text single
adminDisplayName text single
systemFlags integer single system shared
gPLink text single
dNSHostName text single
operatingSystem text single
operatingSystemVersion text single
wellKnownObjects opaque system
otherWellKnownObjects opaque
msDS-Behavior-Version integer single system
ms-DS-MachineAccountQuota integer single
creationTime integer single
maxPwdAge integer single
minPwdAge integer single
minPwdLength integer single
pwdHistoryLength integer single
pwdProperties integer single
lockoutDuration integer single
lockoutThreshold integer single
lockOutObservationWindow integer single
nTMixedDomain integer single
uPNSuffixes text
tombstoneLifetime integer single
msDS-DeletedObjectLifetime integer single
sPNMappings text
invocationId guid single system
options integer single
nCName opaque single
nETBIOSName text single
dnsRoot text
lDAPDisplayName text single
userPassword octets hidden
`

// exchangeAttributes come with Exchange's extension of the schema.
const exchangeAttributes = `
mailNickname text single
targetAddress text single
msExchHideFromAddressLists boolean single
msExchRecipientDisplayType integer single shared
msExchRecipientTypeDetails integer single shared
extensionAttribute1 text single
extensionAttribute2 text single
extensionAttribute3 text single
extensionAttribute4 text single
extensionAttribute5 text single
extensionAttribute6 text single
extensionAttribute7 text single
extensionAttribute8 text single
extensionAttribute9 text single
extensionAttribute10 text single
extensionAttribute11 text single
extensionAttribute12 text single
extensionAttribute13 text single
extensionAttribute14 text single
extensionAttribute15 text single
`
