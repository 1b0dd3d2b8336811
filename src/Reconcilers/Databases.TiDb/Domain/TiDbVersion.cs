namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Versions of TiDB's programs. Compared by number, never as text
/// (docs/research/tidb.md#tidb-ansible).</summary>
internal static class TiDbVersion
{
    /// <summary>The oldest version that may be rolled (docs/research/tidb.md#procedure).</summary>
    public static (int Major, int Minor, int Patch) OldestToRoll { get; } = (2, 0, 1);

    public static string Plain(string text)
    {
        text = text.Trim();
        return text.Length > 1 && text[0] is 'v' or 'V' ? text[1..] : text;
    }

    public static bool Same(string a, string b) =>
        string.Equals(Plain(a), Plain(b), StringComparison.OrdinalIgnoreCase);

    public static (int Major, int Minor, int Patch)? Parse(string text)
    {
        var plain = Plain(text);
        var end = plain.IndexOfAny(['-', '+']);
        var parts = (end < 0 ? plain : plain[..end]).Split('.');
        var numbers = new int[3];
        if (parts.Length is < 2 or > 4)
        {
            return null;
        }

        for (var i = 0; i < Math.Min(parts.Length, 3); i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return null;
            }
        }

        return (numbers[0], numbers[1], numbers[2]);
    }

    /// <summary>Why this engine does not go from one version to the other; null if it does. From 2.0.1 on to a
    /// 3.0.</summary>
    public static string? Obstacle(string from, string to)
    {
        if (Parse(from) is not { } old || Parse(to) is not { } target)
        {
            return $"fromVersion '{from}' or toVersion '{to}' is not a version; expected for instance 2.1.19";
        }

        if (old.CompareTo(OldestToRoll) < 0)
        {
            return $"{from} is older than 2.0.1 and cannot be upgraded process by process; "
                + "upgrade to 2.1 with the cluster stopped first";
        }

        if ((target.Major, target.Minor) != (3, 0))
        {
            return $"{to} is not a 3.0 version; this engine upgrades from 2.0.1 or later to a 3.0, and from one 3.0 to "
                + "a later one";
        }

        return target.CompareTo(old) <= 0
            ? $"{to} is not later than {from}: a lower version is refused by the cluster itself"
            : null;
    }
}
