using System.Globalization;
using System.Text;

namespace Drydock.Tests.Unit.Crds.Specs.Making;

/// <summary>
/// Makes texts that match a regular expression of the schemas: literals, classes, groups, alternatives, counts and
/// anchors of RE2.
/// </summary>
internal sealed class RegexText
{
    private const string Ordinary =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@,;+=(){}[]<>#~$%&*!?|\\^`'\"";
    private const string Strange = "äß漢字心跳é😀\u00a0";
    private readonly string _pattern;
    private readonly Func<Random, string> _make;
    private int _at;

    private RegexText(string pattern)
    {
        _pattern = pattern;
        _make = Alternatives();
        if (_at != pattern.Length)
        {
            throw new NotSupportedException(
                $"'{pattern}' is not understood from character {_at.ToString(CultureInfo.InvariantCulture)} on.");
        }
    }

    /// <summary>A maker of matching texts.</summary>
    public static Func<Random, string> Of(string pattern) => new RegexText(pattern)._make;

    private Func<Random, string> Alternatives()
    {
        List<Func<Random, string>> all = [Sequence()];
        while (_at < _pattern.Length && _pattern[_at] == '|')
        {
            _at++;
            all.Add(Sequence());
        }

        return all.Count == 1 ? all[0] : random => all[random.Next(all.Count)](random);
    }

    private Func<Random, string> Sequence()
    {
        List<Func<Random, string>> parts = [];
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            var one = One();
            parts.Add(Counted(one));
        }

        return random =>
        {
            var text = new StringBuilder();
            foreach (var part in parts)
            {
                text.Append(part(random));
            }

            return text.ToString();
        };
    }

    private Func<Random, string> One()
    {
        var sign = _pattern[_at++];
        switch (sign)
        {
            case '^' or '$':
                return _ => "";
            case '(':
                var inner = Alternatives();
                _at++;
                return inner;
            case '[':
                return Class();
            case '.':
                return AnyBut(text => text == "\n");
            case '\\':
                return Pick(Escaped(_pattern[_at++]));
            default:
                return _ => sign.ToString();
        }
    }

    private Func<Random, string> Counted(Func<Random, string> one)
    {
        var (least, most) = _at < _pattern.Length ? _pattern[_at] switch
        {
            '*' => (0, -1),
            '+' => (1, -1),
            '?' => (0, 1),
            '{' => Counts(),
            _ => (1, 1),
        }
        : (1, 1);
        if ((least, most) == (1, 1))
        {
            return one;
        }

        _at++;
        return random =>
        {
            var count = random.Next(least, 1 + (most < 0 ? least + (random.Next(8) == 0 ? 60 : 8) : most));
            var text = new StringBuilder();
            for (var i = 0; i < count; i++)
            {
                text.Append(one(random));
            }

            return text.ToString();
        };
    }

    private (int Least, int Most) Counts()
    {
        var end = _pattern.IndexOf('}', _at);
        var parts = _pattern[(_at + 1)..end].Split(',');
        _at = end;
        var least = int.Parse(parts[0], CultureInfo.InvariantCulture);
        return (least, parts.Length == 1
            ? least
            : parts[1].Length == 0 ? -1 : int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private Func<Random, string> Class()
    {
        var isNegated = _pattern[_at] == '^';
        _at += isNegated ? 1 : 0;
        var members = new StringBuilder();
        var isFirst = true;
        while (isFirst || _pattern[_at] != ']')
        {
            isFirst = false;
            var from = _pattern[_at++];
            if (from == '\\')
            {
                members.Append(Escaped(_pattern[_at++]));
            }
            else if (_pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                for (var sign = from; sign <= _pattern[_at + 1]; sign++)
                {
                    members.Append(sign);
                }

                _at += 2;
            }
            else
            {
                members.Append(from);
            }
        }

        _at++;
        var set = members.ToString();
        return isNegated ? AnyBut(text => set.Contains(text, StringComparison.Ordinal)) : Pick(set);
    }

    private static string Escaped(char sign) => sign switch
    {
        'd' => "0123456789",
        's' => " \t\n\f\r",
        'n' => "\n",
        _ => sign.ToString(),
    };

    private static Func<Random, string> Pick(string set) => random => set[random.Next(set.Length)].ToString();

    private static Func<Random, string> AnyBut(Func<string, bool> isRefused)
    {
        var ordinary = Ordinary.Select(sign => sign.ToString()).Where(text => !isRefused(text)).ToArray();
        var strange = Strange.EnumerateRunes().Select(rune => rune.ToString())
            .Where(text => !isRefused(text)).ToArray();
        return random =>
            random.Next(20) == 0 ? strange[random.Next(strange.Length)] : ordinary[random.Next(ordinary.Length)];
    }
}
