package limits

import (
	"time"

	"syncd/internal/directory"
)

// entraUser is the extension of Microsoft Entra ID in which users have mailNickname.
const entraUser = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User"

// Named returns the profiles that can be asked for by name, the one without limits first. Each was written from the pages that it cites,
// as they were in November 2026.
func Named() []Profile {
	return []Profile{{Name: "none", Summary: "no limits but the directory's own"}, entra(), aws(), github(), slack()}
}

// Find returns the profile of a name.
func Find(name string) (Profile, bool) {
	for _, p := range Named() {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

func people() []directory.Kind { return []directory.Kind{directory.User, directory.Group} }

// entra is the SCIM API of Microsoft Entra ID. Its page of constraints and what its ServiceProviderConfig tells differ in the size of pages:
// the constraints are what counts, the document is what is told. totalResults is left out where there is more than one page.
func entra() Profile {
	return Profile{
		Name: "entra", Summary: "Microsoft Entra ID (SCIM API)",
		Sources:    []string{"https://learn.microsoft.com/entra/identity/app-provisioning/entra-id-scim-api-reference"},
		Own:        true,
		Kinds:      people(),
		Extensions: []Extension{enterprise(), {Kind: directory.User, URN: entraUser, Stored: directory.SchemaOnPremises, Attributes: []string{"mailNickname"}}},
		NoBulk:     true,
		NoSearch:   true,
		NoPut:      people(),
		Members:    MemberLimits{Added: 20, Removed: 1, Alone: true, NoWhole: true}, HidesMembers: true,
		Filter: FilterLimits{
			Operators: []string{"eq", "ew", "and"},
			Attributes: map[directory.Kind][]string{
				directory.User:  {"userName", "externalId", "id", "groups.value", entraUser + ":mailNickname"},
				directory.Group: {"displayName", "id", "members.value"},
			},
		},
		Paging: Paging{Cursor: CursorOnly, NoStartIndex: true, Default: 100, Max: 100, ToldDefault: 100, ToldMax: 1000},
		Required: append(required(directory.User, "userName", "password", "name.familyName", "name.givenName", "active", "displayName",
			entraUser+":mailNickname"), required(directory.Group, "displayName")...),
		TakesPassword: true,
	}
}

// aws is AWS IAM Identity Center. Its pages name no numbers for throttling. Lists begin with the first resource whatever startIndex says, and go
// on with cursors where the parameter is there.
func aws() Profile {
	const guide = "https://docs.aws.amazon.com/singlesignon/latest/developerguide/"
	return Profile{
		Name: "aws", Summary: "AWS IAM Identity Center",
		Sources:    []string{guide + "limitations.html", guide + "createuser.html", guide + "patchuser.html", guide + "patchgroup.html", guide + "listusers.html", guide + "listgroups.html", guide + "getgroup.html"},
		Own:        true,
		Kinds:      people(),
		Extensions: []Extension{enterprise()},
		NoBulk:     true,
		NoSearch:   true,
		NoPut:      []directory.Kind{directory.Group},
		Members:    MemberLimits{Changed: 100, NoWhole: true}, HidesMembers: true,
		Filter: FilterLimits{
			Operators: []string{"eq", "and"},
			Attributes: map[directory.Kind][]string{
				directory.User:  {"userName", "externalId", "id", "manager"},
				directory.Group: {"displayName", "externalId", "id", "member", "members", "members.value"},
			},
		},
		Paging:   Paging{Cursor: CursorOnTerm, NoStartIndex: true, Default: 50, Max: 50},
		Required: append(required(directory.User, "userName", "name.familyName", "name.givenName", "displayName"), required(directory.Group, "displayName")...),
		OneValue: []string{"emails", "phoneNumbers", "addresses"},
	}
}

// github is GitHub Enterprise Cloud with managed users. The documentation gives the rates as advice, above which requests may fail; here they
// do.
func github() Profile {
	const guide, rest = "https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/provisioning-user-accounts-with-scim/", "https://docs.github.com/en/enterprise-cloud@latest/rest/enterprise-admin/scim"
	return Profile{
		Name: "github", Summary: "GitHub (Enterprise Managed Users)",
		Sources:   []string{guide + "provisioning-users-and-groups-with-scim-using-the-rest-api", rest},
		Own:       true,
		Kinds:     people(),
		NoBulk:    true,
		NoSearch:  true,
		UserAgent: true,
		Filter: FilterLimits{
			Operators: []string{"eq"},
			Attributes: map[directory.Kind][]string{
				directory.User:  {"userName", "externalId", "id", "displayName"},
				directory.Group: {"externalId", "id", "displayName"},
			},
		},
		Required: append(required(directory.User, "externalId", "active", "userName", "displayName", "emails"), required(directory.Group, "externalId", "displayName")...),
		Rates: []Rate{
			{Counts: Creations, Kind: directory.User, Limit: 1000, Per: time.Hour, Burst: 1000},
			{Counts: MemberChanges, Kind: directory.Group, Limit: 1000, Per: time.Hour, Burst: 1000},
		},
	}
}

// slack is Slack's SCIM API. Its rates are those of the whole organisation.
func slack() Profile {
	p := Profile{
		Name: "slack", Summary: "Slack",
		Sources:    []string{"https://docs.slack.dev/reference/scim-api/rate-limits"},
		Own:        true,
		Kinds:      people(),
		Extensions: []Extension{enterprise()},
		NoBulk:     true,
		NoSearch:   true,
		Required:   append(required(directory.User, "userName"), required(directory.Group, "displayName")...),
		Rates: []Rate{
			{Counts: Writes, Limit: 600, Per: time.Minute, Burst: 180},
			{Counts: Reads, Limit: 1000, Per: time.Minute, Burst: 1000},
			{Counts: Changes, Kind: directory.User, Limit: 180, Per: time.Minute, Burst: 20},
			{Counts: Changes, Kind: directory.Group, Limit: 180, Per: time.Minute, Burst: 80},
		},
	}
	for _, kind := range people() {
		p.Rates = append(p.Rates,
			Rate{Counts: Gets, Kind: kind, Limit: 300, Per: time.Minute, Burst: 300},
			Rate{Counts: Creations, Kind: kind, Limit: 180, Per: time.Minute, Burst: 20},
			Rate{Counts: Deletions, Kind: kind, Limit: 180, Per: time.Minute, Burst: 20})
	}
	return p
}

func enterprise() Extension { return Extension{Kind: directory.User, URN: directory.SchemaEnterprise} }

func required(kind directory.Kind, paths ...string) []Required {
	list := make([]Required, len(paths))
	for i, path := range paths {
		list[i] = Required{kind, path}
	}
	return list
}
