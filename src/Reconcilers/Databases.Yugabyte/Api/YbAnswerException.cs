namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// A process answered in a way that is none: an error page with status 200, JSON that does not end, a missing key
/// (docs/research/yugabytedb.md#rules). Reason AnswerUnusable.
/// </summary>
internal sealed class YbAnswerException : Exception
{
    private const int Longest = 200;

    /// <summary>Makes one.</summary>
    /// <param name="what">Address and page.</param>
    /// <param name="problem">What is wrong with the answer.</param>
    /// <param name="body">The answer; its beginning goes into the message.</param>
    public YbAnswerException(string what, string problem, string body)
        : base($"{what} answered in a way that is none ({problem}): {Cut(body)}")
    {
    }

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
