namespace Drydock.Crds.Plans;

/// <summary>A word as users write it: <c>WHAT@HASH.N</c>, and for a failure <c>WHAT@HASH.N.F</c>. Eight digits of the
/// hash protect against mistakes. They need not protect against intent: a user who can produce a plan with a chosen
/// prefix can change the spec, and can therefore approve as well.</summary>
/// <param name="What">What it is for: a hold (phase, step id or <see cref="HoldMatcher.PointOfNoReturn"/>), a step or
/// guard that failed, or <see cref="Retry"/>.</param>
/// <param name="Hash">The first 8 to 64 hex digits of the plan it was given for.</param>
/// <param name="Number">The number of that plan: an abort, a retry and a rollback give it another one.</param>
/// <param name="Failure">Which failure of the step, or which violation of the guard; null for another word.</param>
public sealed record Word(string What, string Hash, int Number, int? Failure = null)
{
    /// <summary>What a retry begins with.</summary>
    public const string Retry = "Retry";

    private const string Algorithm = "sha256:";
    private const int Shortest = 8;

    /// <summary>The word as a file is named after it: however many digits of the hash were given.</summary>
    public string Name => $"{What}@{Hash[..Shortest].ToLowerInvariant()}.{Number}{(Failure is { } f ? $".{f}" : "")}";

    public static Word? Parse(string? text)
    {
        text = text?.Trim() ?? "";
        var at = text.LastIndexOf('@');
        if (at <= 0 || text[(at + 1)..].Split('.') is not [var hash, .. { Length: 1 or 2 } numbers])
        {
            return null;
        }

        var parsed = numbers.Select(n => n.Length <= Shortest
            && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToList();
        hash = Digits(hash);
        return text[..at].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':')
            && hash.Length is >= Shortest and <= 64 && hash.All(char.IsAsciiHexDigit) && parsed.TrueForAll(n => n > 0)
            ? new Word(text[..at], hash, parsed[0], parsed.Count > 1 ? parsed[1] : null)
            : null;
    }

    public bool IsFor(PlanProgress plan) => Number == plan.Number && IsOf(plan.Hash);

    /// <summary>Whether it has the <see cref="Name"/> of a word for the plan: more digits of the hash may be
    /// wrong.</summary>
    public bool IsSpeltAsFor(PlanProgress plan) =>
        Number == plan.Number && Hash.StartsWith(Prefix(plan.Hash), StringComparison.OrdinalIgnoreCase);

    public bool IsOf(string planHash) => Digits(planHash).StartsWith(Hash, StringComparison.OrdinalIgnoreCase);

    public static string For(string what, PlanProgress plan) => $"{what}@{Prefix(plan.Hash)}.{plan.Number}";

    /// <summary>The word for what failed last of a step or guard.</summary>
    public static string For(string what, int failure, PlanProgress plan) => $"{For(what, plan)}.{failure}";

    /// <summary>The first 8 hex digits of a plan hash, as words name it.</summary>
    public static string Prefix(string planHash)
    {
        var hex = Digits(planHash);
        return hex.Length >= Shortest ? hex[..Shortest] : hex;
    }

    private static string Digits(string hash) =>
        hash.StartsWith(Algorithm, StringComparison.Ordinal) ? hash[Algorithm.Length..] : hash;
}
