namespace Drydock.Engine.Holds;

/// <summary>The acceptance of a failed step as users write it: <c>step@first 8 hex digits of the plan hash</c>, as in
/// an <see cref="Approval"/>. It works once; a later failure of the same step in a plan with the same hash is accepted
/// by the same text with a number behind it: <c>step@hash.2</c>.</summary>
/// <param name="Step">The id of the step.</param>
/// <param name="Plan">The plan it was given for.</param>
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
        var first = $"{step}@{Approval.Prefix(planHash)}";
        var text = first;
        for (var number = 2; given.Contains(text); number++)
        {
            text = string.Create(CultureInfo.InvariantCulture, $"{first}.{number}");
        }

        return text;
    }
}
