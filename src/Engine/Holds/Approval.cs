namespace Drydock.Engine.Holds;

/// <summary>An approval as people write it: <c>name@first 8 hex digits of the plan hash</c>.</summary>
/// <param name="Name">Phase, step id or <see cref="HoldMatcher.PointOfNoReturn"/>.</param>
/// <param name="HashPrefix">The first 8 hex digits of the plan it was given for.</param>
public sealed record Approval(string Name, string HashPrefix)
{
    /// <summary>Reads an approval; false if the text has no such form.</summary>
    public static bool TryParse(string? text, out Approval approval)
    {
        approval = new Approval("", "");
        text = text?.Trim();
        var at = text?.LastIndexOf('@') ?? -1;
        if (text is null || at <= 0)
        {
            return false;
        }

        var (name, prefix) = (text[..at].TrimEnd(), text[(at + 1)..]);
        if (name.Length == 0 || prefix.Length != 8 || !prefix.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        approval = new Approval(name, prefix);
        return true;
    }

    /// <summary>Whether it was given for the plan with this hash.</summary>
    public bool IsFor(string planHash) => string.Equals(Prefix(planHash), HashPrefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first 8 hex digits of a plan hash, as approvals name it.</summary>
    public static string Prefix(string planHash)
    {
        var hex = planHash.StartsWith("sha256:", StringComparison.Ordinal) ? planHash[7..] : planHash;
        return hex.Length >= 8 ? hex[..8] : hex;
    }
}
