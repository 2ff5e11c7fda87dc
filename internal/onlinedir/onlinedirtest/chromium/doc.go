// Package chromium lets a test use the admin centre as people do: in a headless Chromium, with a mouse or the keyboard. What is pressed or
// filled in is found by its role and its accessible name, as a screen reader announces it.
//
// It promises that every page that a browser comes to is inspected: labels, headings, landmarks, visible focus, contrast in light and dark, and
// no scrolling sideways in a window of 320 pixels. What the console reports, such as an exception or a violation of the Content-Security-Policy, fails the
// test too.
//
// Where it hurts: Chromium has to be installed (Debian's will do). Without it a test skips, with CI=true it fails.
package chromium
