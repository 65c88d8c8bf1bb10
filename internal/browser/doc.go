// Package browser has Chromium look at pages. It is for tests alone, under the tag browser, by which all of it is built.
package browser
