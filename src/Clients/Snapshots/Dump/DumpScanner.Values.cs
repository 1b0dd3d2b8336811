namespace Drydock.Clients.Snapshots;

/// <content>The rows of an INSERT, which make up most of a dump: only quotes and parentheses matter, and most of the
/// time is spent here.</content>
public sealed partial class DumpScanner
{
    private const byte Plain = 0;
    private const byte Quote = 1;
    private const byte Open = 2;
    private const byte Close = 3;
    private const byte Other = 4;

    // Longer strings are searched with vector instructions; for short ones the overhead is larger than the gain.
    private const int ShortText = 24;

    private static readonly byte[] Kinds = MakeKinds();
    private static readonly byte[] KindsBetweenRows = MakeKindsBetweenRows();

    // The function call allowed among the values, with the byte before it.
    private static readonly byte[] Convert = "CONVERT"u8.ToArray();
    private readonly byte[] _recent = new byte[8];

    private static byte[] MakeKinds()
    {
        var kinds = new byte[256];
        foreach (var b in "\"`-/*#;"u8)
        {
            kinds[b] = Other;
        }

        kinds['\''] = Quote;
        kinds['('] = Open;
        kinds[')'] = Close;
        return kinds;
    }

    private static byte[] MakeKindsBetweenRows()
    {
        var kinds = new byte[256];
        Array.Fill(kinds, Other);
        Array.Fill(kinds, Plain, 0, ' ' + 1);
        kinds[','] = Plain;
        kinds['('] = Open;
        return kinds;
    }

    // Returns the position reached; Step handles the byte at that position.
    private int SkipValues(ReadOnlySpan<byte> data)
    {
        var i = 0;
        var depth = _statement.Depth;
        long rows = 0;
        var quoted = _state == State.SingleQuoted;
        while (i < data.Length)
        {
            if (quoted)
            {
                i = EndOfText(data, i);
                if (i >= data.Length || data[i] == '\\')
                {
                    // The backslash is the last byte of this piece; the escaped byte comes with the next piece.
                    break;
                }

                quoted = false;
                i++;
                continue;
            }

            var kind = (depth == 0 ? KindsBetweenRows : Kinds)[data[i]];
            if (kind == Plain)
            {
                i++;
                continue;
            }

            if (kind == Other || (kind == Quote && _isRows) || (kind == Open && depth > 0 && !IsConvert(data, i)))
            {
                break;
            }

            i++;
            quoted = kind == Quote;
            rows += kind == Open && depth == 0 ? 1 : 0;
            depth += kind == Open ? 1 : kind == Close ? -1 : 0;
        }

        i = Math.Min(i, data.Length);
        Remember(data[..i]);
        _state = quoted ? State.SingleQuoted : State.Code;
        _statement.Advance(rows, depth);
        Count(i);
        if (i > 0)
        {
            Something();
        }

        return i;
    }

    // Whether the word before the parenthesis is CONVERT, which mydumper writes around values of type JSON.
    private bool IsConvert(ReadOnlySpan<byte> data, int at)
    {
        Span<byte> before = stackalloc byte[Convert.Length + 1];
        for (var i = 0; i < before.Length; i++)
        {
            var from = at - before.Length + i;
            before[i] = from >= 0 ? data[from] : _recent[_recent.Length + from];
        }

        return before[0] is (byte)',' or (byte)'(' && before[1..].SequenceEqual(Convert);
    }

    private void Remember(ReadOnlySpan<byte> data)
    {
        if (data.Length < _recent.Length)
        {
            _recent.AsSpan(data.Length).CopyTo(_recent);
        }

        var last = data[^Math.Min(data.Length, _recent.Length)..];
        last.CopyTo(_recent.AsSpan(_recent.Length - last.Length));
    }

    // Where a text ends by its quote, or by the end of the data, or before a backslash that is the last byte.
    private static int EndOfText(ReadOnlySpan<byte> data, int i)
    {
        var near = Math.Min(data.Length, i + ShortText);
        while (i < data.Length)
        {
            if (i >= near)
            {
                var ahead = data[i..].IndexOfAny(SingleQuoteEnd);
                if (ahead < 0)
                {
                    return data.Length;
                }

                i += ahead;
            }

            var b = data[i];
            if (b == '\'')
            {
                return i;
            }

            if (b != '\\')
            {
                i++;
            }
            else if (i + 1 >= data.Length)
            {
                return i;
            }
            else
            {
                i += 2;
                near = Math.Min(data.Length, i + ShortText);
            }
        }

        return i;
    }
}
