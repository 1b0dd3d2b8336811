namespace Drydock.Engine.Holds;

/// <summary>An approval as users write it: <c>name@first 8 hex digits of the plan hash</c>, or more digits, up to the
/// whole hash. Eight digits protect against mistakes. They need not protect against intent: a user who can produce a
/// plan with a chosen prefix can change the spec, and can therefore approve as well.</summary>
/// <param name="Name">Phase, step id or <see cref="HoldMatcher.PointOfNoReturn"/>.</param>
/// <param name="HashPrefix">The first 8 to 64 hex digits of the plan it was given for.</param>
public sealed record Approval(string Name, string HashPrefix)
{
    private const string Algorithm = "sha256:";
    private const int Shortest = 8;

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
        prefix = prefix.StartsWith(Algorithm, StringComparison.Ordinal) ? prefix[Algorithm.Length..] : prefix;
        if (name.Length == 0 || prefix.Length is < Shortest or > 64 || !prefix.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        approval = new Approval(name, prefix);
        return true;
    }

    public bool IsFor(string planHash) =>
        HashPrefix.Length >= Shortest && Digits(planHash).StartsWith(HashPrefix, StringComparison.OrdinalIgnoreCase);

    public static string For(string name, string planHash) => $"{name}@{Prefix(planHash)}";

    /// <summary>The first 8 hex digits of a plan hash, as approvals name it.</summary>
    public static string Prefix(string planHash)
    {
        var hex = Digits(planHash);
        return hex.Length >= Shortest ? hex[..Shortest] : hex;
    }

    private static string Digits(string planHash) =>
        planHash.StartsWith(Algorithm, StringComparison.Ordinal) ? planHash[Algorithm.Length..] : planHash;
}

/// <summary>The acceptance of a failed step as users write it: <c>step@first 8 hex digits of the plan hash</c>, as in
/// an <see cref="Approval"/>. It works once; a later failure of the same step in a plan with the same hash is accepted
/// by the same text with a number behind it: <c>step@hash.2</c>. The consent to a restore, given as a retry token, has
/// the same form with the phase that restores.</summary>
public sealed record AcceptToken(string Step, Approval Plan)
{
    private const int LongestSuffix = 16;

    public static bool TryParse(string? text, out AcceptToken token)
    {
        text ??= "";
        var dot = text.IndexOf('.', Math.Max(text.LastIndexOf('@'), 0));
        var suffix = dot < 0 ? "1" : text[(dot + 1)..].TrimEnd();
        var parsed = Approval.TryParse(dot < 0 ? text : text[..dot], out var approval)
            && suffix.Length is > 0 and <= LongestSuffix
            && suffix.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
        token = new AcceptToken(approval.Name, approval);
        return parsed;
    }

    public static string Next(string step, string planHash, IReadOnlySet<string> given)
    {
        var first = Approval.For(step, planHash);
        var text = first;
        for (var number = 2; given.Contains(text); number++)
        {
            text = $"{first}.{number}";
        }

        return text;
    }
}
