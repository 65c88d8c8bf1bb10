// Package stops keeps the file of people who have said that they want no more messages (optouts.csv), and knows the words by which they say so ([Words]).
//
// # The file
//
// A CSV file, phone,identity,channel,date,why, which people may read, sort, shorten and add to, as any suppression list: each line has a phone number in E.164
// form, or else the id and the channel of somebody who has none. A file that is there already and has other columns is gone on with in its own shape. It is
// opened anew for every line, and read again where somebody has changed it, since an editor may have put another file in its place. Several processes may
// add to it at once: each locks it meanwhile.
//
// # What a crash leaves
//
// A campaign stops at a line that it cannot read, so half a line must not stay. A write that fails, as on a full disk, is taken back; what a crash or a power
// cut has left of lines whose people had no answer, the next one who opens the file takes away. Nobody counts as being on the file before their line is on
// disk, whoever has written it.
package stops
