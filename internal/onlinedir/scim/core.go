package scim

import "syncd/internal/directory"

func text(name, description string) *Attribute {
	return &Attribute{Name: name, Description: description, Type: String}
}

func boolean(name, description string) *Attribute {
	return &Attribute{Name: name, Description: description, Type: Boolean}
}

func complexOf(name, description string, sub ...*Attribute) *Attribute {
	return &Attribute{Name: name, Description: description, Type: Complex, Sub: sub}
}

// plural is a multi-valued complex attribute with the default sub-attributes of RFC 7643 §2.4.
func plural(name, description string, value *Attribute, types ...string) *Attribute {
	kind := text("type", "What the value is for.")
	kind.Canonical = types
	a := complexOf(name, description, value, text("display", "A name for people to read."), kind,
		boolean("primary", "The preferred value; at most one is."))
	a.Multi = true
	return a
}

func (a *Attribute) required() *Attribute { a.Required = true; return a }
func (a *Attribute) supplied() *Attribute { a.Required, a.Supplied = true, true; return a }
func (a *Attribute) exact() *Attribute    { a.CaseExact = true; return a }
func (a *Attribute) readOnly() *Attribute { a.ReadOnly = true; return a }
func (a *Attribute) fixed() *Attribute    { a.Immutable = true; return a }
func (a *Attribute) unique() *Attribute   { a.Unique = true; return a }
func (a *Attribute) lines() *Attribute    { a.Lines = true; return a }
func (a *Attribute) login() *Attribute    { a.Login = true; return a }

func (a *Attribute) returned(when string) *Attribute { a.Returned = when; return a }

func reference(name, description string, to ...string) *Attribute {
	return &Attribute{Name: name, Description: description, Type: Reference, CaseExact: true, References: to}
}

func dateTime(name, description string) *Attribute {
	return &Attribute{Name: name, Description: description, Type: DateTime}
}

// commonAttributes are those of RFC 7643 §3.1.
func commonAttributes() []*Attribute {
	schemas := reference("schemas", "The schemas that the resource uses.", "uri").returned(Always)
	schemas.Multi = true
	return []*Attribute{
		schemas,
		text("id", "The identifier that the directory gave.").exact().readOnly().unique().returned(Always),
		text("externalId", "The identifier that the client gave: the anchor of a synchronised object.").exact(),
		complexOf("meta", "What the directory knows about the resource itself.",
			text("resourceType", "The resource type.").exact().readOnly(),
			dateTime("created", "When the resource appeared.").readOnly(),
			dateTime("lastModified", "When it last changed.").readOnly(),
			reference("location", "Its address.", "uri").readOnly(),
			text("version", "Its entity tag.").exact().readOnly(),
		).readOnly(),
	}
}

// longestPicture has room for the 100 KiB that Active Directory keeps in thumbnailPhoto, in Base64.
const longestPicture = 150_000

// userSchema is RFC 7643 §4.1 without password: accounts of a synchronised directory sign in elsewhere.
func userSchema() *Schema {
	groups := complexOf("groups", "The groups that hold the user directly; returned on request.",
		text("value", "The group's id.").exact().readOnly(),
		reference("$ref", "The group's address.", "Group").readOnly(),
		text("display", "The group's name.").readOnly(),
		text("type", "Always direct.").readOnly(),
	).readOnly().returned(Request)
	groups.Multi = true
	picture := reference("value", "The picture's address, or the picture itself as a data URI (RFC 2397).", "external")
	picture.Longest = longestPicture
	attributes := []*Attribute{
		text("userName", "The sign-in name, unique whatever its case.").required().unique().login(),
		personName(),
		text("displayName", "The name that people read."),
		text("nickName", "What friends say."),
		reference("profileUrl", "A page about the person.", "external"),
		text("title", "The job title."),
		text("userType", "The relation to the company."),
		text("preferredLanguage", "The preferred language, as in Accept-Language."),
		text("locale", "The locale, for numbers and dates."),
		text("timezone", "The time zone, as in the Olson database."),
		boolean("active", "Whether the account may be used. New synchronised accounts are not active, nor are new ones that do not say.").supplied(),
	}
	attributes = append(attributes, peopleAttributes()...)
	attributes = append(attributes,
		plural("ims", "Instant messaging addresses.", text("value", "The address.")),
		plural("photos", "Pictures of the person.", picture, "photo", "thumbnail"),
		groups,
		plural("entitlements", "What the person is entitled to.", text("value", "The entitlement.")),
		plural("roles", "What the person administers here; only an administrator of this directory gives it.", text("value", "The role.")).readOnly(),
		plural("x509Certificates", "Certificates of the person.", &Attribute{Name: "value", Description: "The certificate, DER in Base64.", Type: Binary, CaseExact: true}),
	)
	return &Schema{directory.SchemaUser, "User", "User account", attributes}
}

func personName() *Attribute {
	return complexOf("name", "The parts of the name.",
		text("formatted", "The whole name."),
		text("familyName", "The family name."),
		text("givenName", "The given name."),
		text("middleName", "The middle name or initials."),
		text("honorificPrefix", "Before the name, such as Dr."),
		text("honorificSuffix", "After the name, such as III."),
	)
}

// peopleAttributes are what users and contacts share.
func peopleAttributes() []*Attribute {
	address := complexOf("addresses", "Postal addresses.",
		text("formatted", "The whole address.").lines(),
		text("streetAddress", "Street and number.").lines(),
		text("locality", "City."),
		text("region", "State or region."),
		text("postalCode", "Postal code."),
		text("country", "Country."),
		text("type", "What the address is for."),
		boolean("primary", "The preferred address; at most one is."),
	)
	address.Multi = true
	return []*Attribute{
		plural("emails", "Mail addresses; the one for work is unique in the directory.", text("value", "The address."), "work", "home", "other"),
		plural("phoneNumbers", "Telephone numbers.", text("value", "The number."), "work", "home", "mobile", "fax", "pager", "other"),
		address,
	}
}

// contactSchema is this directory's own: a person with addresses and without an account.
func contactSchema() *Schema {
	attributes := []*Attribute{
		text("displayName", "The name that people read.").required(),
		personName(),
		text("title", "The job title."),
		text("preferredLanguage", "The preferred language, as in Accept-Language."),
	}
	return &Schema{directory.SchemaContact, "Contact", "Mail contact", append(attributes, peopleAttributes()...)}
}

// groupSchema is RFC 7643 §4.2.
func groupSchema() *Schema {
	kind := text("type", "What the member is.").fixed()
	kind.Canonical = []string{"User", "Contact", "Group"}
	members := complexOf("members", "The direct members.",
		text("value", "The member's id.").exact().fixed(),
		reference("$ref", "The member's address.", "User", "Group", "Contact").fixed(),
		kind,
		text("display", "The member's name; returned on request, for it would make up most of a large group.").readOnly().returned(Request),
	)
	members.Multi, members.Relation = true, true
	return &Schema{directory.SchemaGroup, "Group", "Group", []*Attribute{
		text("displayName", "The name that people read.").required(),
		members,
	}}
}
