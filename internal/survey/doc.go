// Package survey says what the columns of an audience hold, so that somebody can see whether the file is the one that was meant.
//
// It shows nobody: numbers are masked as everywhere, texts are reduced to their shape, and a value is shown as it stands only where
// enough rows share it. It decides nothing, and its memory does not grow with the audience.
package survey
