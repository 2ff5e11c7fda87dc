// Package bench measures syncd against what could be done at best: reading against ldapsearch, pushing against a load generator that
// replays the same requests, a large directory against a small one. `make bench` runs it.
//
// Everything is a ratio of two things that ran one after the other in the same run on the same machine, so that a figure says the same on a
// slow machine and on a fast one. The programs are the real ones, each in a process of its own: the syncd of this source, OpenLDAP's slapd
// and ldapsearch, `syncd directory serve`. docs/performance.md has the table and says what bounds each row.
//
// The packages below are its parts: domain is an Active Directory with a company in it, made of openldap, front and the embedded one;
// online the online directory; replay records and replays what is pushed; process runs programs and tells what they cost; report keeps the
// rows. Here is what is measured: one file for each group of rows.
//
// Where it hurts: it takes Linux and OpenLDAP, and a million objects take 8 GB of memory, 20 GB of disk and an hour.
package bench
