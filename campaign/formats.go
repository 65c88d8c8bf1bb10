package campaign

// The patterns are written so that Go's regular expressions and those of JSON Schema (ECMA-262) read them alike.

func nameFormat() *format {
	return newFormat(`^[^\n\t]{1,100}$`, "a name of one line and at most 100 characters is wanted", "")
}

func runKeyFormat() *format {
	return newFormat(`^([^\n\t{}]|\{(date|week|month)\}){1,100}$`, "a name of one line and at most 100 characters is wanted",
		"{date}, {week} and {month} stand for the day on which the run begins; no other { or } is possible")
}

// deadlineFormat is of a time of day, a day with a time, or never. Days and times are those of the campaign's time zone.
func deadlineFormat() *format {
	return newFormat(`^(never|([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[ T])?([01][0-9]|2[0-3]):[0-5][0-9])$`,
		"a time of day, a day with a time, or never is wanted", `such as "21:00" or "2026-03-28 21:00", in the campaign's time_zone`)
}

// momentFormat is a deadline's without never.
func momentFormat() *format {
	return newFormat(`^([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[ T])?([01][0-9]|2[0-3]):[0-5][0-9]$`,
		"a time of day, or a day with a time, is wanted", `such as "07:30" or "2026-03-28 07:30", in the campaign's time_zone`)
}

// expiryFormat is that of a moment, or of an age.
func expiryFormat() *format {
	return newFormat(`^(([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[ T])?([01][0-9]|2[0-3]):[0-5][0-9]|[1-9][0-9]{0,4}[mhd])$`,
		"a time of day, a day with a time, or an age is wanted", `such as "21:00" or "2026-03-28 21:00", in the campaign's time_zone, or 4h after a message was sent`)
}

// clockFormat is of a time of day; 24:00 is the end of the day.
func clockFormat() *format {
	return newFormat(`^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$`, "a time of day is wanted", `such as "09:00"`)
}

func daysFormat() *format {
	const day = `([Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)`
	const span = day + `(-` + day + `)?`
	return newFormat(`^([Dd]aily|`+span+`( *, *`+span+`)*)$`, "days of the week are wanted", `such as mon-sat, "mon, wed-fri" or daily`)
}

func durationFormat() *format {
	return newFormat(`^[1-9][0-9]{0,4}[smh]$`, "a number of seconds, minutes or hours is wanted", "such as 30s or 5m")
}

func columnFormat() *format {
	return newFormat(`[^\s]`, "the name of a column is wanted", "")
}

func paramNameFormat() *format {
	return newFormat(`^[^}\n]*[^}\s_-][^}\n]*$`, `the name of a param cannot hold "}"`, "")
}

// keyFormat is of keys that go to Sinch as they stand.
func keyFormat() *format {
	return newFormat(`^([^$]|\$[^{]|\$$)+$`, "placeholders do not stand in keys", "put it into the value")
}

// pathFormat has no control characters: they come of a backslash inside double quotes.
func pathFormat() *format {
	return newFormat(`^[^\x00-\x1f]+$`, "the name of a file is wanted", backslashHint)
}

// sheetFormat has the length that spreadsheets allow.
func sheetFormat() *format {
	return newFormat(`^[^\x00-\x1f]{1,31}$`, "the name of a sheet is wanted", "it stands on the sheet's tab, and has at most 31 characters")
}

func runFormat() *format {
	return newFormat(`^[^\x00-\x1f]{1,1000}$`, "the key of a run, or its folder, is wanted", backslashHint)
}

// encodingFormat is only the shape of a name: who reads the file knows which there are.
func encodingFormat() *format {
	return newFormat(`^[A-Za-z][A-Za-z0-9 ._-]{1,39}$`, "the name of an encoding is wanted", "such as utf-8, utf-16, windows-1252 or iso-8859-15")
}

func countryFormat() *format {
	return newFormat(`^([A-TV-Za-tv-z][A-Za-z]|[Uu][A-JL-Za-jl-z])$`, "a two-letter country code is wanted", "such as GB (not UK), SE or US")
}

// languageFormat is the shape of a language tag (RFC 5646, section 2.1), "_" being taken for "-".
func languageFormat() *format {
	return newFormat(`^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$`, "a language tag is wanted", "such as sv, en-GB or zh-Hant")
}

func languageNameFormat() *format {
	return newFormat(`[^\s]`, "what the column says is wanted", "an empty cell gets the default message")
}

func ageFormat() *format {
	return newFormat(`^[1-9][0-9]{0,5}[mhd]$`, "an age is wanted", "such as 90m, 20h or 60d")
}

// keepFormat is of ages after which something is erased for good. It has no minutes, since 6m reads like six months.
func keepFormat() *format {
	return newFormat(`^[1-9][0-9]{0,5}[hd]$`, "a number of hours or days is wanted", "such as 20h or 90d; minutes (m) are not taken here, since they read like months")
}

// consentAgeFormat has neither hours nor minutes: what it is counted from is a day.
func consentAgeFormat() *format {
	return newFormat(`^[1-9][0-9]{0,4}(mo|d)$`, "a number of months or days is wanted", "such as 24mo or 90d")
}

func whereFormat() *format {
	return newFormat(`[^\s]`, "an expression is wanted", `such as country == "GB" and points >= 100`)
}

func exprFormat() *format {
	return newFormat(`[^\s]`, "an expression is wanted", `such as 'money(amount * 1.2, "GBP")'`)
}

func wordFormat() *format {
	return newFormat(`[^\s]`, "a word is wanted", "an empty cell never means yes")
}

// moneyFormat is of an amount with its currency: without one, nobody can say what it is an amount of.
func moneyFormat() *format {
	return newFormat(`^[0-9]{1,12}(\.[0-9]{1,6})? [A-Z]{3}$`, "an amount with its currency is wanted", "such as 2500 EUR or 99.50 GBP")
}

// labelFormat is of names that become columns of a table.
func labelFormat() *format {
	return newFormat(`^[A-Za-z0-9_-]{1,40}$`, "a name of letters, digits, _ and - is wanted, of at most 40 characters", "")
}

func shareFormat() *format {
	return newFormat(`^([0-9]{1,9}|(100|[0-9]{1,2}(\.[0-9]+)?)%)$`, "a number or a percentage is wanted", "such as 100 or 5%")
}

func rateFormat() *format {
	return newFormat(`^(auto|0*[1-9][0-9]{0,5}(\.[0-9]+)?|0\.0*[1-9][0-9]*|(100|[1-9][0-9]?(\.[0-9]+)?)%)$`,
		"auto, a number per second or a percentage is wanted", "such as auto, 20 or 80%")
}

// ttlFormat is of a duration as protobuf's JSON writes it; the API documents whole seconds.
func ttlFormat() *format {
	return newFormat(`^[1-9][0-9]{0,11}s$`, "a number of seconds is wanted", `"86400s" is a day, "3600s" an hour`)
}

func callbackFormat() *format {
	return newFormat(`^https?://[^\s/]+`, "an address that begins with https:// is wanted", "")
}

// webhookFormat has no more than that, since the address is a secret: what is wrong with the rest of it is said without quoting it.
func webhookFormat() *format {
	return newFormat(`^(slack:)?https?://[^\s/]+[^\s]*$`, "an address that begins with https:// is wanted", "")
}

func urlFormat() *format {
	return newFormat(`^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$`, "a full address without spaces is wanted", "it begins with https://, and anybody can open it without signing in")
}

// phoneFormat is E.164 with its plus sign, as the API asks of call choices.
func phoneFormat() *format {
	return newFormat(`^\+[1-9][0-9]{7,14}$`, `a phone number with "+" and country code, without spaces, is wanted`, "")
}

func dateFormat() *format {
	return newFormat(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`, "a date is wanted", "such as 1990-05-31")
}

// timeFormat is a time as RFC 3339 writes it.
func timeFormat() *format {
	return newFormat(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-6][0-9](\.[0-9]+)?([Zz]|[+-][0-2][0-9]:[0-5][0-9])$`,
		"a time with its offset from UTC is wanted", `such as "2026-03-28T09:00:00Z"`)
}
