// Package render makes the body of a messages:send request of a campaign and a recipient, and the line that shows a person what somebody
// would read.
//
// It does not decide who gets a message, and it sends nothing. What a campaign may hold was checked when it was loaded; here the
// placeholders are filled, and what only the filled text can tell is checked: values that are missing, numbers, lengths.
//
// Invariants:
//   - A body is valid JSON whatever the cells hold, and every value comes back out of it as it stood in its cell: a value is data, it is
//     never looked at for placeholders, and it is escaped once for every JSON string that it stands in.
//   - No placeholder is left in a body. A row in which one has no value has no body but a [RowError].
//   - Errors name the placeholder, never its value.
//   - A message says the same whenever it leaves: a param's today() is the day of the plan ([Identity]).
//
// # Who is addressed how
//
// A request names the channels on which its recipient has an address, in the campaign's order, and no other. A phone channel takes the phone
// number, unless the audience has a column of its own for it. Whoever is a contact is addressed as that alone, on the whole order.
//
// Seeds are addressed as themselves and get what somebody of the audience would get ([NewAside]): not even their own number stands in it.
//
// # Why a program
//
// A campaign is the same for everyone but for some values. [New] therefore compiles each of its messages once: everything that does not
// change, quotes, keys and escapes included, becomes a few long literals, and between them stand the values. Rendering copies the one and
// escapes the other; it looks nothing up by name, and a document inside a string is only a deeper level of escaping. Where the phone number
// serves every channel, the recipient is a part of that; otherwise it is put together for every row.
package render
