// Package samba runs a real Active Directory domain controller for tests: Debian's Samba, provisioned into a folder of the
// test and served on a loopback address of its own.
//
// It is the referee. The embedded Active Directory of the parent package is quick and can be told to fail, but only a
// server that somebody else wrote shows whether syncd really speaks to Active Directory.
//
// It promises that a [Domain] is as small in rights as an administrator should make it (its service account holds
// Replicating Directory Changes and sight of the deleted objects, nothing else), that its certificate can be verified, that
// several domains run side by side, and that nothing is left: the processes end with Stop or with the test binary, however
// that ends, and every file is below [Options].Dir.
//
// A domain takes four to six seconds on one core: three to five for the provisioning, the rest for the start. People cost
// 4 ms each when [Options].LDIF brings them, before the start and in one transaction, as long as they have no password:
// the Kerberos keys of a password cost another 18 ms each. 1,600 users in one group took 7 s without passwords and 36 s with
// them. Not synchronising the transaction to disk and LMDB instead of TDB made no difference. So give a password only to
// the accounts that will bind.
//
// It hurts in three places. It needs root, because domain controllers listen on port 389 and own their files; it needs Linux,
// for loopback addresses and for processes that die with their parent; and Samba is kinder than Windows in what
// the embedded directory therefore has to cover: DirSync comes in one batch, and long attributes are never cut into ranges.
package samba
