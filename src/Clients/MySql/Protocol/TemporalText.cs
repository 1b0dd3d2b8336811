using System.Globalization;
using System.Text;
using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>Dates and times between their native, text and .NET forms.</summary>
internal static class TemporalText
{
    private const uint MaxDecimals = 6;

    /// <summary>In the format of the text protocol.</summary>
    internal static string Format(NativeTime t, NativeType type, uint decimals)
    {
        var text = new StringBuilder(32);
        if (type == NativeType.Time)
        {
            var hours = ((ulong)t.Day * 24) + t.Hour;
            text.Append(
                CultureInfo.InvariantCulture, $"{(t.Negative != 0 ? "-" : "")}{hours:00}:{t.Minute:00}:{t.Second:00}");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"{t.Year:0000}-{t.Month:00}-{t.Day:00}");
            if (type == NativeType.Date)
            {
                return text.ToString();
            }

            text.Append(CultureInfo.InvariantCulture, $" {t.Hour:00}:{t.Minute:00}:{t.Second:00}");
        }

        if (decimals is > 0 and <= MaxDecimals)
        {
            text.Append('.').Append(
                t.SecondPart.ToString("000000", CultureInfo.InvariantCulture).AsSpan(0, (int)decimals));
        }

        return text.ToString();
    }

    /// <summary>
    /// Reads <c>yyyy-MM-dd[ HH:mm:ss[.ffffff]]</c>; false for zero dates and parts (<c>0000-00-00</c>,
    /// <c>2024-00-01</c>), which have no .NET value.
    /// </summary>
    internal static bool TryDateTime(ReadOnlySpan<char> text, out DateTime value)
    {
        var (seconds, ticks) = Fraction(text);
        return DateTime.TryParseExact(
            seconds,
            seconds.Length == 10 ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out value)
            && Add(ref value, ticks);
    }

    /// <summary>Reads <c>[-]H+:mm:ss[.ffffff]</c>, up to 838 hours.</summary>
    internal static bool TryTimeSpan(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = default;
        var negative = text.StartsWith("-");
        var (seconds, ticks) = Fraction(negative ? text[1..] : text);
        Span<Range> parts = stackalloc Range[4];
        if (seconds.Split(parts, ':') != 3
            || !int.TryParse(seconds[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture, out var h)
            || !int.TryParse(seconds[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var m)
            || !int.TryParse(seconds[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out var s))
        {
            return false;
        }

        value = new TimeSpan(h, m, s) + TimeSpan.FromTicks(ticks);
        value = negative ? -value : value;
        return true;
    }

    private static bool Add(ref DateTime value, long ticks)
    {
        value = value.AddTicks(ticks);
        return true;
    }

    private static TextWithTicks Fraction(ReadOnlySpan<char> text)
    {
        var dot = text.IndexOf('.');
        if (dot < 0)
        {
            return new TextWithTicks(text, 0);
        }

        long ticks = 0;
        var digits = text[(dot + 1)..];
        for (var i = 0; i < 7; i++)
        {
            ticks = (ticks * 10) + (i < digits.Length ? digits[i] - '0' : 0);
        }

        return new TextWithTicks(text[..dot], ticks);
    }

    private readonly ref struct TextWithTicks(ReadOnlySpan<char> text, long ticks)
    {
        private readonly ReadOnlySpan<char> _text = text;

        internal void Deconstruct(out ReadOnlySpan<char> text, out long ticks1)
        {
            text = _text;
            ticks1 = ticks;
        }
    }
}
