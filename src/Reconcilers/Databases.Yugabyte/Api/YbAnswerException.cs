using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// A process gave an answer that cannot be used: an error page with status 200, incomplete JSON, a missing key
/// (docs/research/yugabytedb.md#rules).
/// </summary>
/// <param name="what">The address and the page.</param>
/// <param name="problem">What is wrong with the answer.</param>
/// <param name="body">The answer; its beginning is part of the message.</param>
internal sealed class YbAnswerException(string what, string problem, string body)
    : TargetException(
        Reasons.AnswerUnusable, $"{what} gave an unusable answer ({problem}): {Cut(body)}.")
{
    private const int Longest = 200;

    public override bool IsRequestNotTaken => true;

    private static string Cut(string body)
    {
        var text = body.Trim().ReplaceLineEndings(" ");
        return text.Length switch
        {
            0 => "nothing",
            > Longest => $"'{text[..Longest]}…'",
            _ => $"'{text}'",
        };
    }
}
