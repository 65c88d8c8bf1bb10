// Package prices reads a price list: what a message costs by country and channel, in one currency.
//
// Its columns are country (an ISO 3166-1 alpha-2 code; * or nothing stands for every other one), channel, price, per (part or message), currency
// and, where prices change, valid_from. Of several prices the newest that is not in the future holds. Other columns are passed over.
//
// A price list fails closed: a line that cannot be read, a price that stands there twice, a second currency or a doubtful decimal sign make the
// whole of it unusable. Prices are exact, in millionths of the currency; nothing here is a floating-point number.
package prices
