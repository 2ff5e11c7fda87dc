// Package scim is the language of SCIM 2.0 (RFC 7643, RFC 7644) without any storage or HTTP: schemas, documents, filters,
// sort orders, PATCH paths, PATCH operations, projections and errors.
//
// It promises that what leaves it is canonical: attribute names in the spelling of the schema, booleans as booleans, multi-valued
// attributes as lists, no nulls, nothing that the schema does not define. Everything behind it may rely on that, so the loose
// spelling that RFC 7643 §2.1 allows is dealt with here and nowhere else. Every error that it returns is an *Error, ready to be sent.
//
// Where it hurts: the filters and paths come from the network. Both parsers are bounded in depth and in number of terms, and both
// are fuzzed. In a query over several resource types a path may be Absent; whoever looks at a path's attribute has to look at that first.
package scim
